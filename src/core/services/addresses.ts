import type { Service } from "#api/core/service.ts";
import { type Cidr, contains } from "#net/cidr.ts";
import { type Ip, parseIp } from "#net/ip.ts";
import { broadcast, linkLocal, loopback, multicast, unspecified } from "#net/special-blocks.ts";
import type { Reason } from "../reasons.ts";
import type { PassedOver } from "./service-map.ts";

/** Where a Service is reached besides its ports on the nodes; all families together, each address once. */
export interface ServiceIps {
  readonly cluster: readonly Ip[];
  readonly external: readonly Ip[];
  readonly balancer: readonly Ip[];
  readonly passedOver: readonly PassedOver[];
}

/** Reads the addresses of a Service. An external IP that is a load balancer's too is the latter, whose rules may be stricter. */
export function addressesOf(service: Service): ServiceIps {
  const cluster = clusterIPs(service).map((text) => judged(text, () => true));
  const hasFamilyOf = (ip: Ip): boolean => cluster.some(({ ip: own }) => own?.family === ip.family);
  const balancer = balancerIPs(service).map(({ ipMode, ...text }) =>
    ipMode === "VIP" ? judged(text, hasFamilyOf) : { ...text, ip: undefined, because: "BalancerProxies" as const },
  );
  const external = (service.spec.externalIPs ?? []).map((value, i) =>
    judged({ field: `spec.externalIPs[${i}]`, value }, hasFamilyOf),
  );
  const taken = new Set([...goodOf(cluster), ...goodOf(balancer)].map(({ text }) => text));
  const object = { kind: "Service", name: service.metadata.name } as const;
  return {
    cluster: goodOf(cluster),
    balancer: goodOf(balancer),
    external: goodOf(external).filter(({ text }) => !taken.has(text)),
    passedOver: [...cluster, ...balancer, ...external].flatMap(({ field, value, because }) =>
      because === undefined ? [] : [{ object, field, value, because }],
    ),
  };
}

interface Text {
  readonly field: string;
  readonly value: string;
}

interface Judged extends Text {
  /** undefined where nothing is served there. */
  readonly ip: Ip | undefined;
  readonly because: Reason | undefined;
}

function judged(text: Text, hasFamilyOf: (ip: Ip) => boolean): Judged {
  const ip = parseIp(text.value);
  if (ip === undefined) return { ...text, ip, because: "NotAnAddress" };
  if (isSpecial(ip)) return { ...text, ip: undefined, because: "SpecialAddress" };
  return hasFamilyOf(ip) ? { ...text, ip, because: undefined } : { ...text, ip: undefined, because: "UnusedFamily" };
}

const goodOf = (all: readonly Judged[]): readonly Ip[] => all.flatMap(({ ip }) => ip ?? []);

function clusterIPs({ spec: { clusterIP, clusterIPs: all } }: Service): readonly Text[] {
  if (all !== undefined) return all.map((value, i) => ({ field: `spec.clusterIPs[${i}]`, value }));
  return clusterIP === undefined ? [] : [{ field: "spec.clusterIP", value: clusterIP }];
}

/** An absent ipMode is VIP (KEP-1860). A balancer that has only a name is reached by that. */
function balancerIPs({ status }: Service): readonly (Text & { readonly ipMode: string })[] {
  return (status.loadBalancer.ingress ?? []).flatMap(({ ip = "", ipMode = "VIP" }, i) =>
    ip === "" ? [] : [{ field: `status.loadBalancer.ingress[${i}].ip`, value: ip, ipMode }],
  );
}

/** Whether it is an address that nothing is exposed at, and nothing sent to. */
export const isSpecial = (ip: Ip): boolean => special.some((block) => contains(block, ip));

/** Addresses that a rule would take away from somebody else: the node's own loopback, neighbours on a link, groups. */
const special: readonly Cidr[] = [...unspecified, ...loopback, ...linkLocal, ...multicast, ...broadcast];
