import { type AccountClaims, readClaims, showClaims } from "#core/access/account-claims.ts";
import type { JsonObject } from "#machinery/json.ts";
import { limits } from "../limits.ts";
import { Remembered } from "./remembered.ts";
import { TokenKeys } from "./token-keys.ts";

/** How service accounts get tokens, and are known by them. */
export interface TokenOptions {
  /** Who makes them, by a URL: the first. What was made in the name of the others is taken too. */
  readonly issuers: readonly string[];
  /** For whom tokens are where nothing else is asked for, and as whom the API takes them. */
  readonly audiences: readonly string[];
  /** PEM: what signs; a key of RSA or of the curves P-256, P-384 or P-521. */
  readonly signingKey: string;
  /** PEM: further keys whose tokens are taken. */
  readonly publicKeys: readonly string[];
  /** Where others find the keys. */
  readonly jwksUri: string;
}

/** Makes the tokens of service accounts, and knows them. What they are bound to is not its business. */
export class TokenIssuer {
  readonly audiences: readonly string[];
  readonly #issuers: readonly string[];
  readonly #keys: TokenKeys;
  readonly #jwksUri: string;
  // By whom they were signed doesn't change, and asking takes longer than all the rest.
  readonly #known = new Remembered<Payload>(limits.rememberedTokens);

  constructor({ issuers, audiences, signingKey, publicKeys, jwksUri }: TokenOptions) {
    this.#issuers = issuers;
    this.audiences = audiences;
    this.#keys = new TokenKeys(signingKey, publicKeys);
    this.#jwksUri = jwksUri;
  }

  isOwn(issuer: unknown): boolean {
    return this.#issuers.some((one) => one === issuer);
  }

  issue(claims: Omit<AccountClaims, "issuer">): Promise<string> {
    return this.#keys.sign(showClaims({ ...claims, issuer: this.#first }));
  }

  /** What a token of an account says that was signed here; undefined for any other. Whether it still counts, it doesn't tell. */
  async claimsOf(token: string): Promise<AccountClaims | undefined> {
    const claims = readClaims(await this.payloadOf(token));
    return claims !== undefined && this.isOwn(claims.issuer) ? claims : undefined;
  }

  /** What a token says that was signed here, whatever its claims are. */
  async payloadOf(token: string): Promise<unknown> {
    const known = await this.#known.get(token, async () => {
      const payload = await this.#keys.payloadOf(token);
      return payload === undefined ? undefined : { payload };
    });
    return known?.payload;
  }

  /** Source: OpenID Connect Discovery 1.0 section 3; pkg/serviceaccount/openidmetadata.go in Kubernetes. */
  get configuration(): JsonObject {
    return {
      issuer: this.#first,
      jwks_uri: this.#jwksUri,
      response_types_supported: ["id_token"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: this.#keys.algorithms,
    };
  }

  get keySet(): JsonObject {
    return { keys: this.#keys.published };
  }

  get #first(): string {
    return this.#issuers[0] ?? "";
  }
}

interface Payload {
  readonly payload: unknown;
}
