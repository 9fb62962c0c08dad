import { type Service, services } from "#api/core/service.ts";
import { type EndpointSlice, endpointSlices } from "#api/discovery/endpoint-slice.ts";
import { readAs } from "#client/wire.ts";

/** A few Services that come, change and go, and their slices: everything a proxy may meet, and little enough to meet often. */
export interface RandomCluster {
  readonly services: Map<string, Service>;
  readonly slices: Map<string, EndpointSlice>;
  /** Changes something; returns the names of the Services that it concerns. */
  readonly step: () => readonly string[];
}

const serviceCount = 6;

interface Dice {
  readonly below: (n: number) => number;
  readonly pick: <T>(some: readonly [T, ...T[]]) => T;
  readonly maybe: (share: number) => boolean;
}

const diceOf = (random: () => number): Dice => {
  const below = (n: number) => Math.floor(random() * n);
  return { below, pick: (some) => some[below(some.length)] ?? some[0], maybe: (share) => random() < share };
};

export function randomCluster(random: () => number): RandomCluster {
  const dice = diceOf(random);
  const cluster = { services: new Map<string, Service>(), slices: new Map<string, EndpointSlice>() };
  const step = (): readonly string[] => {
    const [n, which] = [dice.below(serviceCount), dice.below(3)];
    const name = `default/s${n}`;
    if (dice.maybe(0.3)) {
      if (dice.maybe(0.3)) cluster.services.delete(name);
      else cluster.services.set(name, randomService(dice, n));
    } else if (dice.maybe(0.2)) cluster.slices.delete(`${name}-${which}`);
    else cluster.slices.set(`${name}-${which}`, randomSlice(dice, n, which));
    return [name];
  };
  return { ...cluster, step };
}

function randomService({ below, pick, maybe }: Dice, n: number): Service {
  const type = pick(["ClusterIP", "NodePort", "NodePort", "LoadBalancer"]);
  const ports = Array.from({ length: 1 + below(3) }, (_, i) => ({
    name: `p${i}`,
    protocol: pick(["TCP", "TCP", "UDP", "SCTP"]),
    port: 80 + i,
    ...(type !== "ClusterIP" && { nodePort: 30_000 + n * 10 + i }),
  }));
  const clusterIPs = maybe(0.3) ? [`10.96.1.${n}`, `fd00:96::1:${n}`] : [`10.96.1.${n}`];
  // Now and then two claim one address, as they may on somebody else's cluster for a moment.
  if (maybe(0.1)) clusterIPs.splice(0, 1, "10.96.1.0");
  return readAs(services, {
    metadata: {
      namespace: "default",
      name: `s${n}`,
      creationTimestamp: `2026-01-0${1 + below(3)}T00:00:00Z`,
      labels: maybe(0.1) ? { "service.kubernetes.io/service-proxy-name": "other" } : {},
    },
    spec: {
      type,
      clusterIP: clusterIPs[0],
      clusterIPs,
      ports,
      ...(maybe(0.2) && { externalIPs: [`198.51.100.${below(3)}`] }),
      ...(maybe(0.5) && {
        loadBalancerSourceRanges: [pick(["10.244.0.0/16", "192.0.2.0/24", "2001:db8::/64", "?"]), "192.0.2.9/32"],
      }),
      sessionAffinity: maybe(0.3) ? "ClientIP" : "None",
      sessionAffinityConfig: { clientIP: { timeoutSeconds: pick([10, 600]) } },
      internalTrafficPolicy: pick(["Cluster", "Cluster", "Local"]),
      externalTrafficPolicy: pick(["Cluster", "Cluster", "Local"]),
    },
    status:
      type === "LoadBalancer"
        ? { loadBalancer: { ingress: [{ ip: `203.0.113.${below(3)}` }, { ip: "2001:db8:113::1" }] } }
        : {},
  });
}

function randomSlice({ below, pick, maybe }: Dice, n: number, which: number): EndpointSlice {
  const family = which === 2 ? "IPv6" : "IPv4";
  const endpoints = Array.from({ length: below(5) }, () => {
    const host = 2 + below(6);
    const node = maybe(0.6) ? 1 : 2;
    const address = family === "IPv4" ? `10.244.${node - 1}.${host}` : `fd00:244:${node - 1}::${host}`;
    const ready = maybe(0.7);
    const conditions = ready ? { ready } : { ready, serving: maybe(0.5), terminating: maybe(0.7) };
    return { addresses: [address], nodeName: `node-${node}`, conditions };
  });
  const port = (i: number) => ({ name: `p${i}`, protocol: pick(["TCP", "TCP", "UDP"]), port: 8000 + i });
  return readAs(endpointSlices, {
    metadata: { namespace: "default", name: `s${n}-${which}`, labels: { "kubernetes.io/service-name": `s${n}` } },
    addressType: family,
    ports: [0, 1, 2].map(port),
    endpoints,
  });
}
