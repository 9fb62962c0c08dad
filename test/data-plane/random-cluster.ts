import { type Service, services } from "#api/core/service.ts";
import { type EndpointSlice, endpointSlices } from "#api/discovery/endpoint-slice.ts";
import { readAs } from "#client/wire.ts";

/** Numbers from 0 up to 1 that are the same for the same seed (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A few Services that come, change and go, and their slices: everything a proxy may meet, and little enough to meet often. */
export interface RandomCluster {
  readonly services: Map<string, Service>;
  readonly slices: Map<string, EndpointSlice>;
  /** Changes something; returns the names of the Services that it concerns. */
  readonly step: () => readonly string[];
}

const serviceCount = 6;

export function randomCluster(random: () => number): RandomCluster {
  const below = (n: number) => Math.floor(random() * n);
  const pick = <T>(some: readonly [T, ...T[]]): T => some[below(some.length)] ?? some[0];
  const maybe = (share: number) => random() < share;
  const cluster = { services: new Map<string, Service>(), slices: new Map<string, EndpointSlice>() };

  const service = (n: number): Service => {
    const type = pick(["ClusterIP", "NodePort", "NodePort"]);
    const ports = Array.from({ length: 1 + below(3) }, (_, i) => ({
      name: `p${i}`,
      protocol: pick(["TCP", "TCP", "UDP", "SCTP"]),
      port: 80 + i,
      ...(type === "NodePort" && { nodePort: 30_000 + n * 10 + i }),
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
        sessionAffinity: maybe(0.3) ? "ClientIP" : "None",
        sessionAffinityConfig: { clientIP: { timeoutSeconds: pick([10, 600]) } },
        internalTrafficPolicy: pick(["Cluster", "Cluster", "Local"]),
        externalTrafficPolicy: pick(["Cluster", "Cluster", "Local"]),
      },
    });
  };
  const slice = (n: number, which: number): EndpointSlice => {
    const family = which === 2 ? "IPv6" : "IPv4";
    const endpoints = Array.from({ length: below(5) }, () => {
      const host = 2 + below(6);
      const node = maybe(0.6) ? 1 : 2;
      const address = family === "IPv4" ? `10.244.${node - 1}.${host}` : `fd00:244:${node - 1}::${host}`;
      const ready = maybe(0.7);
      return {
        addresses: [address],
        nodeName: `node-${node}`,
        conditions: ready ? { ready } : { ready, serving: maybe(0.5), terminating: maybe(0.7) },
      };
    });
    const ports = Array.from({ length: 3 }, (_, i) => ({
      name: `p${i}`,
      protocol: pick(["TCP", "TCP", "UDP"]),
      port: 8000 + i,
    }));
    return readAs(endpointSlices, {
      metadata: {
        namespace: "default",
        name: `s${n}-${which}`,
        labels: { "kubernetes.io/service-name": `s${n}` },
      },
      addressType: family,
      ports,
      endpoints,
    });
  };
  const step = (): readonly string[] => {
    const n = below(serviceCount);
    const name = `default/s${n}`;
    const which = below(3);
    if (maybe(0.3)) {
      if (maybe(0.3)) cluster.services.delete(name);
      else cluster.services.set(name, service(n));
    } else if (maybe(0.2)) cluster.slices.delete(`${name}-${which}`);
    else cluster.slices.set(`${name}-${which}`, slice(n, which));
    return [name];
  };
  return { ...cluster, step };
}
