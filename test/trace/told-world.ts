import { createHash } from "node:crypto";
import { parseAllDocuments } from "yaml";
import { namespaces } from "#api/core/namespace.ts";
import { nodes } from "#api/core/node.ts";
import { type Pod, pods } from "#api/core/pod.ts";
import { type Service, services } from "#api/core/service.ts";
import { type EndpointSlice, endpointSlices } from "#api/discovery/endpoint-slice.ts";
import { readAs } from "#client/wire.ts";
import { clusterFacts } from "#core/trace/cluster-facts.ts";
import type { Seen } from "#core/trace/probe.ts";
import type { ProxyMode } from "#core/trace/rules.ts";
import type { Collection, World } from "#core/trace/world.ts";
import { planSlices } from "#core/workloads/endpoint-slices.ts";
import { isJsonObject, type JsonObject } from "#machinery/json.ts";
import { mustCidr } from "#net/cidr.ts";
import { controllerOf, routedIn } from "./told-ingress.ts";

/** A file of test/trace/worlds: the objects, and in comments at its head what is asked and what a look would show. */
export interface ToldWorld {
  /** The arguments of `portolan trace`. */
  readonly args: readonly string[];
  readonly world: World;
}

/**
 * Reads `# portolan trace ARGUMENTS`, `# unread COLLECTION: why`, `# seen PROBE: what` and the objects. What an object leaves out is as
 * in a healthy cluster: a pod runs and is ready on node-1, a Service has an address, its slices are those that the controller writes.
 * A pod `client` is always there, and so are two nodes and the API server's Service; with Ingresses the controller too (`told-ingress.ts`).
 */
export function readWorldFile(text: string): ToldWorld {
  const documents = parseAllDocuments(text)
    .map((one): unknown => one.toJS())
    .filter(isJsonObject);
  const ofKind = (kind: string): readonly JsonObject[] => documents.filter((one) => one.kind === kind);
  const controller = controllerOf(documents);
  const allPods = [...ofKind("Pod"), clientPod, ...controller.pods].map((one, i) => readAs(pods, runningPod(one, i)));
  const allServices = [apiService, ...ofKind("Service"), ...controller.services].map((one, i) =>
    readAs(services, addressed(one, i)),
  );
  const written = ofKind("EndpointSlice").map((one) =>
    readAs(endpointSlices, { apiVersion: "discovery.k8s.io/v1", ...one }),
  );
  const head = text.split("\n").filter((line) => line.startsWith("# "));
  const lines = (word: string): readonly (readonly [string, string])[] =>
    head.flatMap((line) => {
      const match = new RegExp(`^# ${word} ([^:]+(?:::?[^: ]+)*): (.*)$`).exec(line);
      return match === null ? [] : [[match[1] ?? "", match[2] ?? ""]];
    });
  const named = ofKind("Namespace").map((one) => namespaceOf(nameOf(one)));
  const given = ofKind("Node").map((one) => readAs(nodes, one));
  const others = standardNodes.filter(({ metadata }) => !given.some((one) => one.metadata.name === metadata.name));
  const allNodes = [...given, ...others].toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  const unread = new Map(lines("unread").map(([name, why]) => [collectionOf(name), why]));
  const slices = [...written, ...controlled(allServices, allPods, written)];
  return {
    args: (head.find((line) => line.startsWith("# portolan trace ")) ?? "").split(" ").slice(3),
    world: {
      services: unread.has("services") ? [] : allServices,
      slices: unread.has("endpointslices") ? [] : slices,
      nodes: unread.has("nodes") ? [] : allNodes,
      pods: unread.has("pods") ? [] : allPods,
      namespaces: [namespaceOf("default"), ...named],
      unread,
      mode: modeIn(head),
      announced: new Map(lines("announced")),
      facts: clusterFacts({
        nodes: allNodes,
        services: allServices,
        serviceCidrs: [mustCidr("10.96.0.0/12")],
        domain: "cluster.local",
      }),
      ...(unread.has("ingresses") ? {} : { routed: routedIn(documents, new Map(lines("secret unread"))) }),
      seen: new Map([...controller.seen, ...lines("seen")].map(([probe, what]) => [probe, seenOf(what)])),
    },
  };
}

/** `# proxy iptables`, or `# proxy unknown`; nftables otherwise. */
function modeIn(head: readonly string[]): ProxyMode {
  if (head.includes("# proxy unknown")) return { kind: "unknown" };
  if (!head.includes("# proxy iptables")) return { kind: "nftables" };
  return { kind: "iptables", sha256: (text) => createHash("sha256").update(text).digest() };
}

const collections: readonly Collection[] = ["ingresses", "services", "endpointslices", "nodes", "pods", "namespaces"];

function collectionOf(name: string): Collection {
  const found = collections.find((one) => one === name);
  if (found === undefined) throw new SyntaxError(`not a collection: ${name}`);
  return found;
}

/** `tcp 0.0.0.0 8080, udp :: 53`, `addresses 10.0.0.1`, `http 200`, `unseen because`, `refused`. */
function seenOf(text: string): Seen {
  const [kind = "", ...rest] = text.split(" ");
  switch (kind) {
    case "nothing":
    case "tcp":
    case "udp":
      return { kind: "sockets", open: kind === "nothing" ? [] : text.split(", ").map(socketOf) };
    case "addresses":
      return { kind, addresses: rest };
    case "http":
      return { kind, status: Number(rest[0]) };
    case "unseen":
      return { kind, because: rest.join(" ") };
    case "connected":
    case "refused":
    case "reset":
    case "silent":
      return { kind };
    default:
      throw new SyntaxError(`nothing can be seen like this: ${text}`);
  }
}

function socketOf(text: string) {
  const [protocol, address = "", port] = text.split(" ");
  return { protocol: protocol === "udp" ? "UDP" : "TCP", address, port: Number(port) } as const;
}

const partOf = (object: JsonObject, field: string): JsonObject => {
  const part = object[field];
  return isJsonObject(part) ? part : {};
};
const nameOf = (object: JsonObject): string => String(partOf(object, "metadata").name);

const clientPod: JsonObject = {
  metadata: { name: "client" },
  spec: { containers: [{ name: "client", image: "curl" }] },
};
const apiService: JsonObject = {
  metadata: { name: "kubernetes" },
  spec: { clusterIP: "10.96.0.1", ports: [{ name: "https", port: 443, targetPort: 6443 }] },
};

/** The `i`-th pod, running on node-1 where it says nothing else. */
function runningPod(pod: JsonObject, i: number): JsonObject {
  const spec = partOf(pod, "spec");
  const status = partOf(pod, "status");
  const ip = `10.244.0.${i + 2}`;
  const containers = Array.isArray(spec.containers) ? spec.containers : [{ name: "main", image: "web" }];
  const containerStatuses = containers.map((one: unknown) => ({
    name: isJsonObject(one) ? one.name : "",
    ready: true,
    restartCount: 0,
    image: "web",
    imageID: "",
    state: { running: {} },
  }));
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace: "default", uid: `pod-${i}`, ...partOf(pod, "metadata") },
    spec: { nodeName: "node-1", ...spec, containers },
    status: {
      phase: "Running",
      podIP: ip,
      podIPs: [{ ip: status.podIP ?? ip }],
      conditions: [{ type: "Ready", status: "True" }],
      containerStatuses,
      ...status,
    },
  };
}

/** The `i`-th Service, with an address where it wants one. */
function addressed(service: JsonObject, i: number): JsonObject {
  const spec = partOf(service, "spec");
  const clusterIP = spec.clusterIP ?? (spec.type === "ExternalName" ? undefined : `10.96.0.${20 + i}`);
  const address = clusterIP === undefined ? {} : { clusterIP, clusterIPs: [clusterIP] };
  return {
    apiVersion: "v1",
    kind: "Service",
    ...service,
    metadata: {
      namespace: "default",
      uid: `service-${i}`,
      creationTimestamp: "2026-01-01T00:00:00Z",
      ...partOf(service, "metadata"),
    },
    spec: { ipFamilies: ["IPv4"], ...spec, ...address },
  };
}

/** What the controller of EndpointSlices writes for Services whose slices aren't given. */
function controlled(
  all: readonly Service[],
  running: readonly Pod[],
  written: readonly EndpointSlice[],
): readonly EndpointSlice[] {
  const given = new Set(
    written.map(({ metadata }) => `${metadata.namespace}/${metadata.labels?.["kubernetes.io/service-name"]}`),
  );
  return all
    .filter(({ metadata }) => !given.has(`${metadata.namespace}/${metadata.name}`))
    .flatMap((service) => {
      const wanted = Object.entries(service.spec.selector ?? {});
      const selected = running.filter(
        ({ metadata }) =>
          metadata.namespace === service.metadata.namespace &&
          wanted.every(([key, value]) => metadata.labels?.[key] === value),
      );
      const { create } = planSlices({ service, pods: selected, slices: [], zoneOf: () => undefined });
      return create.map(({ metadata, ...rest }, i) => {
        const name = `${metadata.generateName}${i}`;
        return {
          ...rest,
          metadata: { ...metadata, name, uid: name, resourceVersion: "1", creationTimestamp: "2026-01-01T00:00:00Z" },
        };
      });
    });
}

const standardNodes = [1, 2].map((number) =>
  readAs(nodes, {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: `node-${number}` },
    spec: { podCIDR: `10.244.${number - 1}.0/24`, podCIDRs: [`10.244.${number - 1}.0/24`] },
    status: {
      addresses: [{ type: "InternalIP", address: `192.0.2.${number}` }],
      nodeInfo: { containerRuntimeVersion: "portolan://1" },
      conditions: [{ type: "Ready", status: "True" }],
    },
  }),
);

const namespaceOf = (name: string) => readAs(namespaces, { apiVersion: "v1", kind: "Namespace", metadata: { name } });
