import { createHash, createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { type JsonObject, readJson } from "#machinery/json.ts";
import { headerOf } from "./jwt.ts";

/** A public key, and the one algorithm by which it is taken: a token doesn't choose. */
interface TokenKey {
  readonly id: string;
  readonly key: KeyObject;
  readonly algorithm: string;
}

/** The keys of an issuer of its own: one signs, several are taken, so that what an earlier one has signed counts until its time. */
export class TokenKeys {
  readonly #signingKey: KeyObject;
  readonly #signing: TokenKey;
  readonly #taken: readonly TokenKey[];

  /** PEM texts; the public half of the first need not be among the others. Throws where one of them is no such key. */
  constructor(signingKey: string, publicKeys: readonly string[]) {
    this.#signingKey = createPrivateKey(signingKey);
    this.#signing = tokenKey(createPublicKey(signingKey));
    const all = [this.#signing, ...publicKeys.map((one) => tokenKey(createPublicKey(one)))];
    this.#taken = [...new Map(all.map((one) => [one.id, one])).values()];
  }

  async sign(claims: JsonObject): Promise<string> {
    const { SignJWT } = await import("jose/jwt/sign"); // a part of the library: the whole takes three times as long to load
    const { algorithm, id } = this.#signing;
    return new SignJWT(claims).setProtectedHeader({ alg: algorithm, kid: id }).sign(this.#signingKey);
  }

  /** What a token says that one of the keys has signed; undefined where none has. */
  async payloadOf(token: string): Promise<unknown> {
    const { kid } = headerOf(token);
    const [{ compactVerify }, errors] = await Promise.all([import("jose/jws/compact/verify"), import("jose/errors")]);
    for (const { key, algorithm } of this.#taken.filter(({ id }) => kid === undefined || kid === id))
      try {
        const { payload } = await compactVerify(token, key, { algorithms: [algorithm] });
        return readJson(Buffer.from(payload).toString());
      } catch (fault) {
        if (!(fault instanceof errors.JOSEError)) throw fault;
      }
    return undefined;
  }

  /** For everybody who is to know its tokens. Source: RFC 7517. */
  get published(): readonly JsonObject[] {
    return this.#taken.map(({ id, key, algorithm }) => ({
      use: "sig",
      ...key.export({ format: "jwk" }),
      kid: id,
      alg: algorithm,
    }));
  }

  get algorithms(): readonly string[] {
    return [...new Set(this.#taken.map(({ algorithm }) => algorithm))];
  }
}

const tokenKey = (key: KeyObject): TokenKey => ({ id: keyId(key), key, algorithm: algorithmOf(key) });

/** As in Kubernetes: the digest of the key itself. Source: keyIDFromPublicKey in pkg/serviceaccount/jwt.go. */
const keyId = (key: KeyObject): string =>
  createHash("sha256")
    .update(key.export({ type: "spki", format: "der" }))
    .digest("base64url");

const curves = new Map([
  ["prime256v1", "ES256"],
  ["secp384r1", "ES384"],
  ["secp521r1", "ES512"],
]);

/** Source: RFC 7518 section 3.3. */
const leastBits = 2048;

/** By which a key signs. Throws where it is of a sort that tokens are not signed with. */
export function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string {
  if (asymmetricKeyType === "rsa") {
    if ((asymmetricKeyDetails?.modulusLength ?? 0) < leastBits)
      throw new RangeError(`a key of RSA for tokens has ${leastBits} bits at least`);
    return "RS256";
  }
  const algorithm = curves.get(asymmetricKeyDetails?.namedCurve ?? "");
  if (asymmetricKeyType !== "ec" || algorithm === undefined)
    throw new RangeError("a key for tokens is of RSA, or of the curves P-256, P-384 and P-521");
  return algorithm;
}
