import type { IngressEntry } from "./entry.ts";
import type { Certificate, Finding, HostPattern, Origin, Passthrough } from "./route-table.ts";
import { sameValue } from "./same-value.ts";

interface Claim<T> {
  readonly seniority: string;
  readonly value: T;
}

/** Something that one Ingress alone can have for a host name: the oldest that asks for it has it, and the others are told. */
class NameBook<T extends { readonly origin: Origin }> {
  readonly held = new Map<HostPattern, T>();
  readonly #claims = new Map<HostPattern, Map<string, Claim<T>>>();
  readonly #stale = new Set<HostPattern>();
  readonly #conflict: (host: HostPattern, own: T, elder: T) => Finding | undefined;

  /** `conflict` is what the younger one is told. */
  constructor(conflict: (host: HostPattern, own: T, elder: T) => Finding | undefined) {
    this.#conflict = conflict;
  }

  claim(
    { name, seniority }: Pick<IngressEntry, "name" | "seniority">,
    before: Iterable<HostPattern>,
    after: ReadonlyMap<HostPattern, T>,
  ): void {
    for (const host of before) {
      if (after.has(host)) continue;
      const claims = this.#claims.get(host);
      claims?.delete(name);
      if (claims?.size === 0) this.#claims.delete(host);
      this.#stale.add(host);
    }
    for (const [host, value] of after) {
      const claims = this.#claims.get(host);
      if (claims === undefined) this.#claims.set(host, new Map([[name, { seniority, value }]]));
      else claims.set(name, { seniority, value });
      this.#stale.add(host);
    }
  }

  /** Whether what names are given differs; `told`: the Ingresses that claim those with a change of claims. */
  settle(): { readonly changed: boolean; readonly told: ReadonlySet<string> } {
    let changed = false;
    const told = new Set<string>();
    for (const host of this.#stale) {
      const claims = [...(this.#claims.get(host) ?? [])];
      for (const [name] of claims) told.add(name);
      const [first, ...others] = claims.map(([, claim]) => claim);
      const eldest = others.reduce(
        (a, b) => (b !== undefined && a !== undefined && b.seniority < a.seniority ? b : a),
        first,
      );
      if (eldest === undefined) changed = this.held.delete(host) || changed;
      else if (!sameValue(this.held.get(host), eldest.value)) {
        this.held.set(host, eldest.value);
        changed = true;
      }
    }
    this.#stale.clear();
    return { changed, told };
  }

  findingsOf(name: string, hosts: Iterable<HostPattern>): readonly Finding[] {
    return [...hosts].flatMap((host) => {
      const own = this.#claims.get(host)?.get(name)?.value;
      const elder = this.held.get(host);
      if (own === undefined || elder === undefined || own === elder || sameValue(own, elder)) return [];
      return this.#conflict(host, own, elder) ?? [];
    });
  }
}

export const certificateBook = () =>
  new NameBook<Certificate>((host, { secret, origin }, elder) => {
    if (secret === elder.secret) return undefined;
    const message = `${origin.field}: clients of ${host} are shown the certificate of the older Ingress ${elder.origin.name} (Secret ${elder.secret})`;
    return { origin, weight: "noted", because: "CertificateTaken", message };
  });

export const passthroughBook = () =>
  new NameBook<Passthrough>((host, { origin }, elder) => {
    const message = `${origin.field}: TLS for ${host} is passed on to the older Ingress ${elder.origin.name}`;
    return { origin, weight: "refused", because: "RouteTaken", message };
  });
