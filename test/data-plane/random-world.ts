import { nodes } from "#api/core/node.ts";
import { type Pod, pods } from "#api/core/pod.ts";
import { type Service, services } from "#api/core/service.ts";
import { type EndpointSlice, endpointSlices } from "#api/discovery/endpoint-slice.ts";
import { readAs } from "#client/wire.ts";
import { mustIp } from "#net/ip.ts";
import { seeded } from "../harness/seeded.ts";
import { type Objects, showPlace } from "./scenario.ts";

/** Objects that may contradict each other, in the world of the scenarios, and every flow that they could concern. */
export interface RandomWorld {
  readonly objects: Objects;
  readonly flows: readonly Probe[];
}

/** A flow of which nobody has said where it ends. */
export interface Probe {
  readonly from: string;
  readonly protocol: "TCP" | "UDP" | "SCTP";
  readonly to: string;
  readonly port: number;
  readonly line: string;
}

interface Dice {
  readonly below: (n: number) => number;
  readonly pick: <T>(some: readonly [T, ...T[]]) => T;
  readonly maybe: (share: number) => boolean;
}

const serviceCount = 5;
const isWide = (n: number): boolean => n % 2 === 0;

export function randomWorld(seed: number): RandomWorld {
  const random = seeded(seed);
  const below = (n: number) => Math.floor(random() * n);
  const dice: Dice = { below, pick: (some) => some[below(some.length)] ?? some[0], maybe: (share) => random() < share };
  const numbers = Array.from({ length: serviceCount }, (_, n) => n);
  const objects: Objects = {
    services: numbers.map((n) => randomService(dice, n)),
    slices: numbers.flatMap((n) =>
      ["IPv4", "IPv4", "IPv6"].map((family, which) => randomSlice(dice, { n, which, family })),
    ),
    pods: dice.maybe(0.5) ? [randomPod(dice)] : [],
    nodes: ["node-1", "node-2"].map((name, i) => {
      const labels = dice.maybe(0.7) ? { "topology.kubernetes.io/zone": dice.pick(["a", "b"]) } : {};
      const addresses = [`192.0.2.${i + 1}`, `2001:db8::${i + 1}`].map((address) => ({ type: "InternalIP", address }));
      return readAs(nodes, { metadata: { name, labels }, status: { addresses } });
    }),
    settings: dice.maybe(0.2) ? { "nodeport-addresses": "198.51.100.0/24,2001:db8::/64" } : {},
  };
  return { objects, flows: [...probes()] };
}

function randomService({ below, pick, maybe }: Dice, n: number): Service {
  const type = pick(["ClusterIP", "NodePort", "NodePort", "LoadBalancer", "LoadBalancer"]);
  const ports = Array.from({ length: 1 + below(2) }, (_, i) => ({
    name: `p${i}`,
    protocol: pick(["TCP", "TCP", "TCP", "UDP", "SCTP"]),
    port: 80 + i,
    ...(type !== "ClusterIP" && maybe(0.9) && { nodePort: 30_000 + (maybe(0.1) ? 0 : n) * 10 + i }),
  }));
  // Now and then two claim one address, as they may on somebody else's cluster for a moment.
  const clusterIPs = [`10.96.1.${maybe(0.1) ? 0 : n}`, ...(isWide(n) ? [`fd00:96::1:${n}`] : [])];
  const ingress = [`203.0.113.${maybe(0.2) ? 0 : n}`, ...(isWide(n) ? [`2001:db8:3::${n}`] : [])];
  const ranges = ["192.0.2.0/24", "192.0.2.9/32", "10.244.0.0/24", "2001:db8::/32", "198.18.0.0/15"] as const;
  return readAs(services, {
    metadata: {
      namespace: "default",
      name: `s${n}`,
      creationTimestamp: `2026-01-0${1 + below(3)}T00:00:00Z`,
      labels: maybe(0.1)
        ? { [pick(["service.kubernetes.io/service-proxy-name", "service.kubernetes.io/headless"])]: "" }
        : {},
    },
    spec: {
      type,
      clusterIP: clusterIPs[0],
      clusterIPs,
      ports,
      externalIPs: maybe(0.3) ? [pick([`198.18.0.${n}`, "198.18.0.0", "192.0.2.1"])] : [],
      loadBalancerSourceRanges: type === "LoadBalancer" && maybe(0.5) ? [pick(ranges), pick(ranges)] : [],
      sessionAffinity: maybe(0.3) ? "ClientIP" : "None",
      sessionAffinityConfig: { clientIP: { timeoutSeconds: pick([10, 600]) } },
      internalTrafficPolicy: pick(["Cluster", "Cluster", "Local"]),
      externalTrafficPolicy: pick(["Cluster", "Cluster", "Local"]),
      publishNotReadyAddresses: maybe(0.1),
    },
    status: type === "LoadBalancer" ? { loadBalancer: { ingress: ingress.map((ip) => ({ ip })) } } : {},
  });
}

/** Pods of the world, and ports at which they listen. */
type Place = readonly [host: number, node: number];
const places: readonly [Place, ...Place[]] = [
  [7, 1],
  [8, 1],
  [9, 1],
  [7, 2],
];

function randomSlice(
  { below, pick, maybe }: Dice,
  { n, which, family }: { n: number; which: number; family: string },
): EndpointSlice {
  const endpoints = Array.from({ length: maybe(0.2) ? 0 : 1 + below(3) }, () => {
    const [host, node] = pick(places);
    const address = family === "IPv4" ? `10.244.${node - 1}.${host}` : `fd00:244${node === 1 ? "" : ":1"}::${host}`;
    const ready = maybe(0.75);
    const conditions = ready ? { ready } : { ready, serving: maybe(0.5), terminating: maybe(0.7) };
    const hints = maybe(0.3) ? { forZones: [{ name: pick(["a", "b"]) }] } : undefined;
    return { addresses: [address], nodeName: `node-${node}`, conditions, ...(hints && { hints }) };
  });
  return readAs(endpointSlices, {
    metadata: { namespace: "default", name: `s${n}-${which}`, labels: { "kubernetes.io/service-name": `s${n}` } },
    addressType: family,
    ports: [0, 1].flatMap((i) =>
      ["TCP", "UDP", "SCTP"].map((protocol) => ({ name: `p${i}`, protocol, port: pick([8080, 8443]) })),
    ),
    endpoints,
  });
}

function randomPod({ pick, maybe }: Dice): Pod {
  const hostPort = { containerPort: 8080, hostPort: pick([8086, 30_000]), protocol: pick(["TCP", "UDP"]) };
  return readAs(pods, {
    metadata: {
      namespace: "default",
      name: "influxdb",
      creationTimestamp: "2026-01-02T00:00:00Z",
      annotations: maybe(0.3) ? { "portolan.io/host-port-reach": "cluster" } : {},
    },
    spec: {
      nodeName: pick(["node-1", "node-1", "node-2"]),
      containers: [{ name: "main", image: "influxdb", ports: [hostPort] }],
    },
    status: { phase: "Running", podIPs: [{ ip: "10.244.0.7" }, { ip: "fd00:244::7" }] },
  });
}

/** From everywhere to every place that a Service may be at, and to some where none is. */
function* probes(): Generator<Probe> {
  const clients = {
    IPv4: ["10.244.0.5", "10.244.0.7", "192.0.2.1", "192.0.2.9"],
    IPv6: ["fd00:244::5", "fd00:244::7", "2001:db8::1", "2001:db8::9"],
  };
  const ports = [0, 1, 2];
  const targets: (readonly [to: string, port: number])[] = [];
  for (let n = 0; n <= serviceCount; n += 1)
    for (const i of ports) {
      for (const to of [`10.96.1.${n}`, `fd00:96::1:${n}`, `203.0.113.${n}`, `2001:db8:3::${n}`, `198.18.0.${n}`])
        targets.push([to, 80 + i]);
      for (const to of ["192.0.2.1", "2001:db8::1", "198.51.100.1"]) targets.push([to, 30_000 + n * 10 + i]);
    }
  for (const to of ["192.0.2.1", "2001:db8::1"]) targets.push([to, 8086], [to, 80]);
  for (const [text, port] of targets) {
    const { text: to, family } = mustIp(text);
    for (const protocol of ["TCP", "UDP", "SCTP"] as const)
      for (const from of clients[family])
        yield { from, protocol, to, port, line: `${from} -> ${protocol.toLowerCase()} ${showPlace(to, port)}` };
  }
}
