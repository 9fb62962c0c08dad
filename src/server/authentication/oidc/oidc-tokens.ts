import type { CompactVerifyResult, errors } from "jose";
import { type OidcMapping, type OidcReading, oidcIdentity } from "#core/access/oidc-claims.ts";
import { readJson } from "#machinery/json.ts";
import { limits } from "../../limits.ts";
import { Remembered } from "../remembered.ts";
import { type FetchedKeys, IssuerKeys } from "./issuer-keys.ts";

/** Whose ID tokens are taken, and what they make of their bearers. */
export interface OidcOptions extends OidcMapping {
  /** PEM: who has signed the issuer's certificate; undefined: one whom the machine trusts. */
  readonly ca: string | undefined;
  /** By which a token may be signed: `RS256`. */
  readonly algorithms: readonly string[];
}

interface Surroundings {
  readonly now: () => number;
  /** Told where the issuer can't be asked. */
  readonly report: (fault: unknown) => void;
}

/** ID tokens of one issuer. It is asked for its keys when the first token comes that says to be its own. */
export class OidcTokens {
  readonly #options: OidcOptions;
  readonly #now: () => number;
  readonly #keys: IssuerKeys;
  // Of the keys that signed them: what was withdrawn, is forgotten.
  #known: { readonly keys: FetchedKeys | undefined; readonly claims: Remembered<Claims> } = remembering(undefined);

  constructor(options: OidcOptions, { now, report }: Surroundings) {
    this.#options = options;
    this.#now = now;
    this.#keys = new IssuerKeys({ url: options.issuer, ca: options.ca }, now, report);
  }

  isOwn(issuer: unknown): boolean {
    return issuer === this.#options.issuer;
  }

  async identify(token: string): Promise<OidcReading> {
    const keys = await this.#keys.current();
    if (keys === undefined) return { kind: "refused", because: "oidc: the issuer's keys are not at hand" };
    if (this.#known.keys !== keys) this.#known = remembering(keys);
    const known = await this.#known.claims.get(token, () => this.#verified(token, keys));
    if (known === undefined)
      return { kind: "refused", because: "oidc: verify token: failed to verify id token signature" };
    return oidcIdentity(known.claims, this.#options, this.#now() / 1000);
  }

  async #verified(token: string, keys: FetchedKeys): Promise<Claims | undefined> {
    const verdict = await this.#checked(token, keys);
    if (verdict !== "no such key") return verdict;
    const others = await this.#keys.after(keys);
    const again = others === undefined ? undefined : await this.#checked(token, others);
    return again === "no such key" ? undefined : again;
  }

  async #checked(token: string, { find }: FetchedKeys): Promise<Claims | "no such key" | undefined> {
    const { compactVerify, errors } = await import("jose");
    const options = { algorithms: [...this.#options.algorithms] };
    const claimsIn = ({ payload }: CompactVerifyResult): Claims => ({
      claims: readJson(Buffer.from(payload).toString()),
    });
    try {
      return claimsIn(await compactVerify(token, find, options));
    } catch (fault) {
      if (fault instanceof errors.JWKSNoMatchingKey) return "no such key";
      if (!(fault instanceof errors.JWKSMultipleMatchingKeys)) return unlessRefused(fault, errors);
      for await (const key of fault) {
        const claims = await compactVerify(token, key, options).then(claimsIn, (refusal: unknown) =>
          unlessRefused(refusal, errors),
        );
        if (claims !== undefined) return claims;
      }
      return undefined;
    }
  }
}

/** Nothing where a token is refused, or the issuer's key is of no use: too short, or damaged. Throws any other fault. */
function unlessRefused(fault: unknown, { JOSEError }: Pick<typeof errors, "JOSEError">): undefined {
  const isRefusal = fault instanceof JOSEError || fault instanceof TypeError || fault instanceof DOMException;
  if (!isRefusal) throw fault;
}

interface Claims {
  readonly claims: unknown;
}

const remembering = (keys: FetchedKeys | undefined) => ({
  keys,
  claims: new Remembered<Claims>(limits.rememberedTokens),
});
