import type { BackendBook } from "./backend-book.ts";
import type { BackendWish } from "./backend-wish.ts";
import type { IngressEntry } from "./entry.ts";
import { settleHost } from "./host-routes.ts";
import { wildcardOf } from "./ingress-host.ts";
import { Many } from "./many.ts";
import type { Finding, HostPattern, HostRoutes } from "./route-table.ts";
import { sameValue } from "./same-value.ts";

/** What settling has changed. */
interface HostChange {
  readonly hosts: ReadonlySet<HostPattern>;
  /** Ingresses that are to be told something else than before. */
  readonly told: ReadonlySet<string>;
}

/** The hosts that Ingresses claim. A host is settled anew when a claim to it, or whether it is answered by TLS, changes. */
export class HostBook {
  readonly hosts = new Map<HostPattern, HostRoutes>();
  readonly #claimants = new Map<HostPattern, Map<string, IngressEntry>>();
  readonly #tls = new Many();
  readonly #findings = new Map<HostPattern, ReadonlyMap<string, readonly Finding[]>>();
  readonly #wished = new Map<HostPattern, readonly BackendWish[]>();
  readonly #stale = new Set<HostPattern>();
  readonly #backends: BackendBook;

  constructor(backends: BackendBook) {
    this.#backends = backends;
  }

  /** Replaces what an Ingress claims. */
  claim(name: string, before: IngressEntry | undefined, after: IngressEntry | undefined): void {
    this.#claimTls(name, before, after);
    for (const host of before?.hosts.keys() ?? []) if (after?.hosts.has(host) !== true) this.#withdraw(name, host);
    if (after === undefined) return;
    const same = before !== undefined && isSameAside(before, after);
    for (const [host, claim] of after.hosts) {
      const claimants = this.#claimants.get(host);
      if (claimants === undefined) this.#claimants.set(host, new Map([[name, after]]));
      else claimants.set(name, after);
      if (!same || !sameValue(before.hosts.get(host), claim)) this.#stale.add(host);
    }
  }

  findingsOf({ name, hosts }: IngressEntry): readonly Finding[] {
    return [...hosts.keys()].flatMap((host) => this.#findings.get(host)?.get(name) ?? []);
  }

  settle(): HostChange {
    const hosts = new Set<HostPattern>();
    const told = new Set<string>();
    for (const host of this.#stale) {
      const settled = this.#settled(host);
      const before = this.#findings.get(host) ?? new Map<string, readonly Finding[]>();
      const after = settled?.findings ?? new Map<string, readonly Finding[]>();
      for (const name of new Set([...before.keys(), ...after.keys()]))
        if (!sameValue(before.get(name), after.get(name))) told.add(name);
      if (after.size === 0) this.#findings.delete(host);
      else this.#findings.set(host, after);
      if (this.#replace(host, settled?.routes)) hosts.add(host);
      this.#wish(host, settled?.backends ?? []);
    }
    this.#stale.clear();
    return { hosts, told };
  }

  #settled(host: HostPattern) {
    const claimants = this.#claimants.get(host);
    if (claimants === undefined) return undefined;
    const claims = [...claimants.values()].flatMap((entry) => {
      const claim = entry.hosts.get(host);
      return claim === undefined ? [] : [{ entry, claim }];
    });
    return settleHost(host, claims, this.#hasTls(host));
  }

  #replace(host: HostPattern, routes: HostRoutes | undefined): boolean {
    const before = this.hosts.get(host);
    if (routes === undefined || routes.routes.length === 0) return this.hosts.delete(host);
    if (sameValue(before, routes)) return false;
    this.hosts.set(host, routes);
    return true;
  }

  #wish(host: HostPattern, backends: readonly BackendWish[]): void {
    const before = this.#wished.get(host) ?? [];
    if (before.length + backends.length === 0) return;
    this.#backends.wish(`host ${host}`, before, backends);
    if (backends.length === 0) this.#wished.delete(host);
    else this.#wished.set(host, backends);
  }

  #withdraw(name: string, host: HostPattern): void {
    const claimants = this.#claimants.get(host);
    claimants?.delete(name);
    if (claimants?.size === 0) this.#claimants.delete(host);
    this.#stale.add(host);
  }

  #claimTls(name: string, before: IngressEntry | undefined, after: IngressEntry | undefined): void {
    for (const host of after?.tls.keys() ?? []) {
      if (!this.#tls.has(host)) this.#touchTls(host);
      this.#tls.add(host, name);
    }
    for (const host of before?.tls.keys() ?? []) {
      if (after?.tls.has(host) === true) continue;
      this.#tls.remove(host, name);
      if (!this.#tls.has(host)) this.#touchTls(host);
    }
  }

  #touchTls(pattern: HostPattern): void {
    this.#stale.add(pattern);
    if (!pattern.startsWith("*.")) return;
    for (const host of this.#claimants.keys()) if (wildcardOf(host) === pattern) this.#stale.add(host);
  }

  #hasTls(host: HostPattern): boolean {
    const wildcard = wildcardOf(host);
    return this.#tls.has(host) || (wildcard !== undefined && this.#tls.has(wildcard));
  }
}

/** All that hosts look at in an entry beside their own claim. */
const isSameAside = (a: IngressEntry, b: IngressEntry): boolean =>
  a.seniority === b.seniority && sameValue(a.httpsRedirect, b.httpsRedirect) && sameValue(a.backends, b.backends);
