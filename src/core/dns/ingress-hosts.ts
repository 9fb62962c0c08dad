import type { Ingress } from "#api/networking/ingress.ts";
import { parseIp } from "#net/ip.ts";
import { isWithin, type Name, parseHostName } from "./name.ts";
import type { Rdata } from "./record.ts";
import type { Found } from "./zone-apex.ts";

/** What names tell of an Ingress. */
export interface HostedIngress {
  readonly metadata: Pick<Ingress["metadata"], "name" | "namespace" | "creationTimestamp">;
  readonly spec: { readonly rules?: readonly { readonly host?: string }[] };
  readonly status: Pick<Ingress["status"], "loadBalancer">;
}

/** Names that an Ingress asks for, and where it is answered. */
export interface HostClaim {
  /** `shop.example.com.`; `*.example.com.` for names with one label more. */
  readonly hosts: readonly Name[];
  readonly records: readonly Rdata[];
  /** Of two that claim one name the smaller has it. */
  readonly seniority: string;
}

/** undefined where the Ingress has no address yet, or no host. The cluster's own names, and those of addresses, are nobody's to claim. */
export function hostClaim({ metadata, spec, status }: HostedIngress, domain: Name): HostClaim | undefined {
  const addresses = (status.loadBalancer.ingress ?? []).flatMap(({ ip = "" }) => parseIp(ip) ?? []);
  const records = addresses.map((address): Rdata => ({ type: address.family === "IPv4" ? "A" : "AAAA", address }));
  const hosts = (spec.rules ?? []).flatMap(({ host = "" }) => hostName(host) ?? []);
  const free = [...new Set(hosts)].filter((host) => !isWithin(host, domain) && !isWithin(host, "arpa."));
  if (records.length === 0 || free.length === 0) return undefined;
  const { creationTimestamp, namespace, name } = metadata;
  return { hosts: free, records, seniority: `${creationTimestamp} ${namespace}/${name}` };
}

function hostName(host: string): Name | undefined {
  if (!host.startsWith("*.")) return parseHostName(host);
  const parent = parseHostName(host.slice(2));
  return parent && `*.${parent}`;
}

/** The hosts of all Ingresses: of several that claim one the oldest has it. */
export class IngressHosts {
  readonly #claims = new Map<string, HostClaim>();
  /** The oldest first. */
  readonly #byHost = new Map<Name, readonly HostClaim[]>();

  /** Puts the claim of the object of that key in the place of its former one; false where there is none and was none. */
  replace(key: string, next: HostClaim | undefined): boolean {
    const previous = this.#claims.get(key);
    if (previous === undefined && next === undefined) return false;
    for (const host of previous?.hosts ?? []) this.#keep(host, (claim) => claim !== previous, []);
    for (const host of next?.hosts ?? []) this.#keep(host, () => true, next === undefined ? [] : [next]);
    if (next === undefined) this.#claims.delete(key);
    else this.#claims.set(key, next);
    return true;
  }

  #keep(host: Name, stays: (claim: HostClaim) => boolean, more: readonly HostClaim[]): void {
    const claims = [...(this.#byHost.get(host) ?? []).filter(stays), ...more];
    if (claims.length === 0) this.#byHost.delete(host);
    else
      this.#byHost.set(
        host,
        claims.toSorted((a, b) => (a.seniority < b.seniority ? -1 : 1)),
      );
  }

  /** A name in lower case, or the wildcard one label wider; undefined where no Ingress has it. */
  find(name: Name): Found | undefined {
    const wider = `*${name.slice(name.indexOf("."))}`;
    const [claim] = this.#byHost.get(name) ?? this.#byHost.get(wider) ?? [];
    return claim && { kind: "present", apex: name, records: claim.records };
  }

  /** Every host, wildcards too, with the records of whoever has it. */
  *all(): Iterable<readonly [Name, readonly Rdata[]]> {
    for (const [host, [claim]] of this.#byHost) if (claim !== undefined) yield [host, claim.records];
  }
}
