import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { join } from "node:path";
import { readIfThere, writeWhole } from "#os/files.ts";
import { algorithmOf } from "#server/authentication/token-keys.ts";
import { ClusterFault } from "./faults.ts";

/** What tokens of service accounts are signed with, and what they are known by; PEM texts. */
export interface TokenKeyTexts {
  readonly signingKey: string;
  readonly publicKeys: readonly string[];
}

/**
 * `sa.key` of the folder signs, what stands in `sa.pub` is taken. Whoever puts another key in the place of the first, or takes it away,
 * has a new one from the next start on; the public key of the old one stays in the second file until somebody deletes it there.
 *
 * A key of P-256 is made in half a millisecond, one of RSA with 2048 bits in 30 to 80, and a new cluster waits for it.
 * Throws `TokenKeyUnusable`.
 */
export async function tokenKeysOf(folder: string): Promise<TokenKeyTexts> {
  const [keyFile, publicFile] = [join(folder, "sa.key"), join(folder, "sa.pub")];
  const [signingKey, kept = ""] = [
    (await readIfThere(keyFile)) ?? (await makeKey(keyFile)),
    await readIfThere(publicFile),
  ];
  const own = publicPem(keyFile, () => createPublicKey(createPrivateKey(signingKey)));
  const others = (kept.match(pemBlock) ?? []).map((one) => publicPem(publicFile, () => createPublicKey(one)));
  if (others.includes(own)) return { signingKey, publicKeys: others };
  const publicKeys = [own, ...others];
  await writeWhole(publicFile, publicKeys.join(""), { mode: 0o644 });
  return { signingKey, publicKeys };
}

const pemBlock = /-----BEGIN ([A-Z ]+)-----[^-]+-----END \1-----/g;

async function makeKey(file: string): Promise<string> {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const text = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  await writeWhole(file, text, { mode: 0o600, durable: true });
  return text;
}

function publicPem(file: string, read: () => KeyObject): string {
  try {
    const key = read();
    algorithmOf(key);
    return key.export({ type: "spki", format: "pem" }).toString();
  } catch (cause) {
    throw new ClusterFault("TokenKeyUnusable", {
      what: `the key that tokens are signed with, or known by, can't be read: ${cause instanceof Error ? cause.message : cause}`,
      where: file,
      fix: "put a PEM key of RSA or of the curves P-256, P-384, P-521 there, or delete the file: a new key is made then",
      cause,
    });
  }
}
