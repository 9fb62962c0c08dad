import { unreachable } from "../../../unreachable.ts";
import { bcrypt } from "./bcrypt.ts";
import { type Hashes, sameText } from "./hashes.ts";
import { type PasswordHash, parseHash } from "./htpasswd.ts";
import { md5Crypt } from "./md5-crypt.ts";
import { shaCrypt } from "./sha-crypt.ts";

/** crypt(3) takes as much work as the password is long, and more: nobody types so much. */
const longestPassword = 256;

/**
 * Whether a password is the one of a hash. `hash` undefined, as of a name that nobody has: as much work as with `instead`, and no.
 * It may take a tenth of a second, so whoever serves many keeps what came of it.
 */
export function verified(
  password: Uint8Array,
  { hash, instead }: { readonly hash: string | undefined; readonly instead: string | undefined },
  hashes: Hashes,
): boolean {
  const wanted = parseHash(hash ?? instead ?? "");
  if (typeof wanted === "string" || password.length > longestPassword) return false;
  const fits = sameText(digestOf(password, wanted, hashes), wanted.digest);
  return fits && hash !== undefined;
}

function digestOf(password: Uint8Array, wanted: PasswordHash, hashes: Hashes): string {
  switch (wanted.kind) {
    case "sha1":
      return hashes.sha1(password).toBase64();
    case "md5":
      return md5Crypt(password, wanted.magic, wanted.salt, hashes);
    case "sha256":
    case "sha512":
      return shaCrypt(password, { hash: hashes[wanted.kind], salt: wanted.salt, rounds: wanted.rounds });
    case "bcrypt":
      return bcrypt(password, wanted.cost, wanted.salt);
    default:
      return unreachable(wanted);
  }
}
