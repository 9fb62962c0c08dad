import type { Cidr } from "#net/cidr.ts";
import type { Ip } from "#net/ip.ts";
import { type HostClaim, IngressHosts } from "./ingress-hosts.ts";
import { isWithin, type Name } from "./name.ts";
import { podRecords } from "./pod-names.ts";
import type { Rdata } from "./record.ts";
import { ReverseZone } from "./reverse-zone.ts";
import type { OwnNames } from "./service-names.ts";
import { type Found, fixedNames } from "./zone-apex.ts";

export interface ZoneConfig {
  /** `cluster.local.`, in lower case. */
  readonly domain: Name;
  /** The addresses of pods and Services: their reverse names are answered here, and nobody else is asked. */
  readonly cidrs: readonly Cidr[];
  /** Where this server is reached. */
  readonly nameServers: readonly Ip[];
}

/** The cluster's names. A change of one object touches its own names alone. */
export class Zone {
  readonly domain: Name;
  readonly #cidrs: readonly Cidr[];
  readonly #fixed: ReadonlyMap<Name, readonly Rdata[]>;
  readonly #objects = new Map<string, OwnNames>();
  readonly #forward = new Map<Name, readonly Rdata[]>();
  readonly #reverse: ReverseZone;
  readonly #hosts = new IngressHosts();
  /** How many objects have names below these. */
  readonly #within = new Map<Name, number>();
  #version = 0;

  constructor({ domain, cidrs, nameServers }: ZoneConfig) {
    this.domain = domain;
    this.#cidrs = cidrs;
    this.#fixed = fixedNames(domain, nameServers);
    this.#reverse = new ReverseZone(cidrs, domain);
  }

  /** Grows with every change. */
  get version(): number {
    return this.#version;
  }

  /** Puts the names of the object of that key in the place of its former ones; undefined: it is gone. */
  replace(key: string, next: OwnNames | undefined): void {
    const previous = this.#objects.get(key);
    if (previous === undefined && next === undefined) return;
    if (previous !== undefined) {
      for (const name of previous.forward.keys()) this.#forward.delete(name);
      this.#reverse.remove(key, previous.reverse);
      this.#count(previous.within, -1);
      this.#objects.delete(key);
    }
    if (next !== undefined) {
      for (const [name, records] of next.forward) this.#forward.set(name, records);
      this.#reverse.add(key, next.reverse);
      this.#count(next.within, 1);
      this.#objects.set(key, next);
    }
    this.#version++;
  }

  /** The same for the hosts of an Ingress, which stand beside the zone. */
  replaceHosts(key: string, next: HostClaim | undefined): void {
    if (this.#hosts.replace(key, next)) this.#version++;
  }

  #count(name: Name, step: 1 | -1): void {
    const count = (this.#within.get(name) ?? 0) + step;
    if (count === 0) this.#within.delete(name);
    else this.#within.set(name, count);
  }

  /** The addresses of a host of an Ingress, by its name in lower case. Other records of that name are not the cluster's to know. */
  findHost(name: Name): Found {
    return this.#hosts.find(name) ?? { kind: "outside" };
  }

  /** Looks up a name in lower case. */
  find(name: Name): Found {
    if (!isWithin(name, this.domain)) return this.#reverse.find(name);
    const apex = this.domain;
    const records = this.#forward.get(name) ?? this.#fixed.get(name) ?? (this.#within.has(name) ? [] : undefined);
    const found = records ?? podRecords(name, this.domain, this.#cidrs);
    return found === undefined ? { kind: "absent", apex } : { kind: "present", apex, records: found };
  }
}
