import { type Namespace, namespaces } from "#api/core/namespace.ts";
import { nodes } from "#api/core/node.ts";
import { pods } from "#api/core/pod.ts";
import { services } from "#api/core/service.ts";
import { endpointSlices } from "#api/discovery/endpoint-slice.ts";
import { resourceClient } from "#client/resource.ts";
import type { Transport } from "#client/transport.ts";
import { type ApiObject, parseJson } from "#client/wire.ts";
import { clusterFacts } from "#core/trace/cluster-facts.ts";
import type { Collection, World } from "#core/trace/world.ts";
import { isJsonObject } from "#machinery/json.ts";
import type { Kind } from "#machinery/kind.ts";
import type { AnyType } from "#machinery/schema.ts";
import { StatusError } from "#machinery/status.ts";
import { type Cidr, parseCidr } from "#net/cidr.ts";

export interface Reading {
  /** What is read where this user may not read all namespaces. */
  readonly namespace: string;
  readonly domain: string;
}

/** What a trace is told from, by one list a kind, all at once. What this user may not read is told instead of read. */
export async function readWorld(transport: Transport, reading: Reading): Promise<World> {
  const unread = new Map<Collection, string>();
  const list = <T extends AnyType, O extends ApiObject>(kind: Kind<T, O>, name: Collection): Promise<readonly O[]> =>
    readAll(transport, kind, { namespace: reading.namespace, refused: (why) => unread.set(name, why) });
  const [allServices, slices, allNodes, allPods, allNamespaces, serviceCidrs] = await Promise.all([
    list(services, "services"),
    list(endpointSlices, "endpointslices"),
    list(nodes, "nodes"),
    list(pods, "pods"),
    list<AnyType, Namespace>(namespaces, "namespaces"),
    readServiceCidrs(transport),
  ]);
  const facts = clusterFacts({ nodes: allNodes, services: allServices, serviceCidrs, domain: reading.domain });
  return {
    services: allServices,
    slices,
    nodes: allNodes,
    pods: allPods,
    namespaces: allNamespaces,
    unread,
    facts,
    seen: new Map(),
  };
}

interface ReadAll {
  readonly namespace: string;
  readonly refused: (why: string) => void;
}

/** All namespaces; the one that is asked about where this user may read no more. */
async function readAll<T extends AnyType, O extends ApiObject>(
  transport: Transport,
  kind: Kind<T, O>,
  { namespace, refused }: ReadAll,
): Promise<readonly O[]> {
  const client = resourceClient(transport, kind);
  const scopes = kind.scope === "Namespaced" ? ["", namespace] : [""];
  let why = "";
  for (const scope of scopes) {
    try {
      return (await client.list(scope)).items;
    } catch (fault) {
      if (!(fault instanceof StatusError)) throw fault;
      why = fault.message;
    }
  }
  refused(why);
  return [];
}

/** The range of Services, where the server tells it (ServiceCIDR, from Kubernetes 1.33 on). */
async function readServiceCidrs(transport: Transport): Promise<readonly Cidr[]> {
  const path = "/apis/networking.k8s.io/v1/servicecidrs";
  const answer = await transport.send({
    method: "GET",
    path,
    headers: { accept: "application/json" },
    body: undefined,
  });
  const text = await answer.text();
  if (answer.status !== 200) return [];
  const json = parseJson(text, path);
  const items = isJsonObject(json) && Array.isArray(json.items) ? json.items : [];
  return items
    .flatMap((item: unknown) => (isJsonObject(item) && isJsonObject(item.spec) ? item.spec.cidrs : []))
    .flatMap((cidr: unknown) => (typeof cidr === "string" ? (parseCidr(cidr) ?? []) : []));
}
