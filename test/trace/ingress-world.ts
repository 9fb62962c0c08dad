import { X509Certificate } from "node:crypto";
import { nodes } from "#api/core/node.ts";
import { pods } from "#api/core/pod.ts";
import { services } from "#api/core/service.ts";
import { endpointSlices } from "#api/discovery/endpoint-slice.ts";
import { readAs } from "#client/wire.ts";
import { clusterFacts } from "#core/trace/cluster-facts.ts";
import type { World } from "#core/trace/world.ts";
import { fingerprintOf, type ScenarioPod, type ScenarioWorld } from "../ingress/scenario-world.ts";

/** Where the controller of the world is reached, and its pod. */
export const entrance = { ip: "192.0.2.200", pod: "10.244.255.1" };
const controller = { namespace: "portolan-system", name: "portolan-ingress" };
const label = { "app.kubernetes.io/name": controller.name };
const ports = [
  { name: "http", port: 80 },
  { name: "https", port: 443 },
];

/** A scenario of Ingress as a trace sees it, with a controller that runs. */
export function worldOfIngresses(scenario: ScenarioWorld): World {
  const { routes, ingresses } = scenario;
  const ownServices = [...scenario.services.values()];
  const allServices = [...ownServices, service];
  const slices = ownServices.flatMap((one) => routes.slices(`${one.metadata.namespace}/${one.metadata.name}`));
  return {
    services: allServices,
    slices: [...slices, slice],
    nodes: [node],
    pods: [...scenario.pods.map(podOf), controllerPod],
    namespaces: [],
    unread: new Map(),
    mode: { kind: "nftables" },
    announced: new Map(),
    facts: clusterFacts({ nodes: [node], services: allServices, serviceCidrs: [], domain: "cluster.local" }),
    routed: {
      ingresses,
      classes: [...routes.ingressClasses()],
      secrets: { get: routes.secret },
      configMaps: { get: routes.configMap },
      unread: new Map(),
      shelf: { inspectCertificate: inspected, fingerprint: fingerprintOf, now: Date.now },
    },
    seen: new Map(),
  };
}

function inspected(chain: string): { names: readonly string[]; notAfter: number; problem?: string } {
  if (!chain.includes("BEGIN CERTIFICATE")) return { names: [], notAfter: 0, problem: "no certificate in PEM" };
  const certificate = new X509Certificate(chain);
  const names = (certificate.subjectAltName ?? "").split(", ").map((one) => one.replace(/^DNS:/, ""));
  return { names, notAfter: Date.parse(certificate.validTo) };
}

const service = readAs(services, {
  metadata: { ...controller, labels: label, creationTimestamp: "2026-01-01T00:00:00Z" },
  spec: {
    type: "LoadBalancer",
    externalTrafficPolicy: "Local",
    clusterIP: "10.96.255.1",
    clusterIPs: ["10.96.255.1"],
    ipFamilies: ["IPv4"],
    ports,
  },
  status: { loadBalancer: { ingress: [{ ip: entrance.ip }] } },
});

const slice = readAs(endpointSlices, {
  metadata: { ...controller, labels: { "kubernetes.io/service-name": controller.name } },
  addressType: "IPv4",
  endpoints: [
    {
      addresses: [entrance.pod],
      conditions: { ready: true },
      nodeName: "node-1",
      targetRef: { kind: "Pod", ...controller },
    },
  ],
  ports: ports.map((one) => ({ ...one, protocol: "TCP" })),
});

const node = readAs(nodes, {
  metadata: { name: "node-1" },
  spec: { podCIDR: "10.244.0.0/16", podCIDRs: ["10.244.0.0/16"] },
  status: {
    addresses: [{ type: "InternalIP", address: "192.0.2.1" }],
    nodeInfo: { containerRuntimeVersion: "portolan://1" },
    conditions: [{ type: "Ready", status: "True" }],
  },
});

const podOf = ({ name, namespace, ip, ports: own }: ScenarioPod) =>
  pod({ namespace, name }, ip, { open: [...own.values()] });

const pod = (
  metadata: Parameters<typeof readAs>[1] & object,
  ip: string,
  { open, args = [] }: { readonly open: readonly number[]; readonly args?: readonly string[] },
) =>
  readAs(pods, {
    metadata,
    spec: {
      nodeName: "node-1",
      containers: [{ name: "main", image: "x", args, ports: open.map((containerPort) => ({ containerPort })) }],
    },
    status: {
      phase: "Running",
      podIP: ip,
      podIPs: [{ ip }],
      conditions: [{ type: "Ready", status: "True" }],
      containerStatuses: [
        { name: "main", ready: true, restartCount: 0, image: "x", imageID: "", state: { running: {} } },
      ],
    },
  });

const controllerPod = pod({ ...controller, labels: label }, entrance.pod, {
  open: ports.map((one) => one.port),
  args: ["--serve-nginx-class"],
});
