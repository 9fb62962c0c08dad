import type { JWK, LocalJWKSet } from "jose";
import { isJsonObject } from "#machinery/json.ts";
import { fetched, IssuerUnreachable } from "./fetched.ts";

/** From whom keys are fetched. */
export interface IssuerOfKeys {
  readonly url: string;
  /** PEM; undefined: whom the machine trusts. */
  readonly ca: string | undefined;
}

/** How often an issuer is asked at most, and at least where its keys are used; in milliseconds. */
const [leastMs, mostMs] = [10_000, 600_000];

/** The keys of an issuer that is not this cluster: fetched when they are first needed, and anew when they are old or one is missing. */
export class IssuerKeys {
  readonly #issuer: IssuerOfKeys;
  readonly #now: () => number;
  readonly #report: (fault: unknown) => void;
  #keys: FetchedKeys | undefined;
  #triedAt = Number.NEGATIVE_INFINITY;
  #fetching: Promise<void> | undefined;

  constructor(issuer: IssuerOfKeys, now: () => number, report: (fault: unknown) => void) {
    this.#issuer = issuer;
    this.#now = now;
    this.#report = report;
  }

  /** Those that are at hand; undefined where the issuer doesn't answer and never has. Nobody waits while old ones are fetched anew. */
  async current(): Promise<FetchedKeys | undefined> {
    if (this.#keys === undefined) await this.#refresh();
    else if (this.#now() - this.#keys.at > mostMs) this.#refresh().catch(this.#report);
    return this.#keys;
  }

  /** Others than those, where there are any: for a key that they don't have. */
  async after(keys: FetchedKeys): Promise<FetchedKeys | undefined> {
    if (this.#keys === keys) await this.#refresh();
    return this.#keys === keys ? undefined : this.#keys;
  }

  /** Everybody waits for the same answer, and an issuer that fails is left in peace for a while. */
  async #refresh(): Promise<void> {
    if (this.#fetching === undefined && this.#now() - this.#triedAt < leastMs) return;
    this.#fetching ??= this.#fetch().finally(() => {
      this.#fetching = undefined;
    });
    await this.#fetching;
  }

  async #fetch(): Promise<void> {
    this.#triedAt = this.#now();
    try {
      this.#keys = { at: this.#triedAt, find: await keysOf(this.#issuer) };
    } catch (fault) {
      if (!(fault instanceof IssuerUnreachable)) throw fault;
      this.#report(fault);
    }
  }
}

export interface FetchedKeys {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The one that a token names. */
  readonly find: LocalJWKSet;
}

/** Source: OpenID Connect Discovery 1.0 section 4. */
async function keysOf({ url, ca }: IssuerOfKeys): Promise<LocalJWKSet> {
  const place = `${url.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const { issuer, jwks_uri: keysUrl } = await fetched(place, ca);
  if (issuer !== url)
    throw new IssuerUnreachable(new URL(place), `it speaks of the issuer ${JSON.stringify(issuer)} instead of ${url}`);
  if (typeof keysUrl !== "string" || !URL.canParse(keysUrl))
    throw new IssuerUnreachable(new URL(place), "it does not say where its keys are");
  const { keys } = await fetched(keysUrl, ca);
  if (!Array.isArray(keys)) throw new IssuerUnreachable(new URL(keysUrl), "it gave no keys");
  const { createLocalJWKSet } = await import("jose");
  return createLocalJWKSet({ keys: keys.filter(isKey) });
}

/** What it is good for, is seen when it is needed. Source: RFC 7517 section 4.1. */
const isKey = (value: unknown): value is JWK => isJsonObject(value) && typeof value.kty === "string";
