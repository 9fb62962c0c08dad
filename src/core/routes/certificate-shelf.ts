import type { Secret } from "#api/core/secret.ts";
import type { Reason } from "../reasons.ts";
import type { Certificate } from "./route-table.ts";
import type { RouteWorld } from "./route-world.ts";
import { shownName } from "./shown-value.ts";

/** What is in a certificate chain and key, by somebody who knows cryptography. */
export interface CertificateFacts {
  /** DNS names of the first certificate, `*.example.com` among them; its common name where it has none. */
  readonly names: readonly string[];
  /** When it ends: milliseconds since 1970. */
  readonly notAfter: number;
  /** Why the pair can't serve: not PEM, key of another certificate, encrypted key. Never the key itself. */
  readonly problem?: string;
}
type InspectCertificate = (chain: string, key: string) => CertificateFacts;

export type CertificateReading =
  | { readonly kind: "read"; readonly certificate: Omit<Certificate, "origin">; readonly facts: CertificateFacts }
  | { readonly kind: "refused"; readonly because: Reason; readonly message: string };

export interface ShelfOptions {
  readonly inspectCertificate: InspectCertificate;
  /** A text's fingerprint, fit to be a file's name. */
  readonly fingerprint: (text: string) => string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** A chain has three or four certificates of 2 KiB; HAProxy takes what its buffer holds. */
const maxPemBytes = 64 * 1024;

/** Reads certificates from Secrets, each version of a Secret once. */
export class CertificateShelf {
  readonly #options: ShelfOptions;
  readonly #read = new Map<string, { readonly secret: Secret; readonly reading: CertificateReading }>();

  readonly #good = new Map<string, number>();

  constructor(options: ShelfOptions) {
    this.#options = options;
  }

  /** `name` is `namespace/name`. */
  read(name: string, world: RouteWorld): CertificateReading {
    const secret = world.secret(name);
    if (secret === undefined) {
      this.#read.delete(name);
      this.#good.delete(name);
      return { kind: "refused", because: "CertificateMissing", message: `there is no Secret ${shownName(name)}` };
    }
    const known = this.#read.get(name);
    const reading = known?.secret === secret ? known.reading : this.#readNew(name, secret);
    this.#read.set(name, { secret, reading });
    this.#good.delete(name);
    if (reading.kind === "refused") return reading;
    if (reading.facts.notAfter <= this.#options.now()) return expired(name, reading.facts);
    this.#good.set(name, reading.facts.notAfter);
    return reading;
  }

  /** Secrets whose certificate was good when it was read last, and isn't any more. */
  newlyExpired(): readonly string[] {
    const now = this.#options.now();
    const good = [...this.#good].filter(([, notAfter]) => notAfter <= now);
    return good.map(([name]) => name);
  }

  #readNew(name: string, { type, data = {} }: Secret): CertificateReading {
    const refused = (problem: string): CertificateReading => ({
      kind: "refused",
      because: "CertificateInvalid",
      message: `Secret ${name}: ${problem}`,
    });
    if (type !== "kubernetes.io/tls")
      return refused(`its type is ${shownName(type)}; a certificate is in one of type kubernetes.io/tls`);
    const [chain, key] = [textOf(data["tls.crt"]), textOf(data["tls.key"])];
    if (chain === undefined || key === undefined)
      return refused("tls.crt and tls.key must both be there, as PEM of at most 64 KiB");
    const facts = this.#options.inspectCertificate(chain, key);
    if (facts.problem !== undefined) return refused(facts.problem);
    const fingerprint = this.#options.fingerprint(`${chain}\n${key}`);
    return { kind: "read", certificate: { secret: name, fingerprint, chain, key }, facts };
  }
}

const expired = (name: string, { notAfter }: CertificateFacts): CertificateReading => ({
  kind: "refused",
  because: "CertificateExpired",
  message: `Secret ${name}: the certificate has ended at ${new Date(notAfter).toISOString()}`,
});

/** Undefined: absent, empty, too long, or no PEM in base64. */
function textOf(base64: string | undefined): string | undefined {
  if (base64 === undefined || base64.length > (maxPemBytes / 3) * 4 + 4) return undefined;
  if (base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined;
  const text = ascii.decode(Uint8Array.fromBase64(base64));
  return text.length <= maxPemBytes && text.includes("-----BEGIN ") ? text : undefined;
}
const ascii = new TextDecoder("latin1");
