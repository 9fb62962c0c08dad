import type { RequestOptions } from "node:https";
import { nodes } from "#api/core/node.ts";
import { pods } from "#api/core/pod.ts";
import { services } from "#api/core/service.ts";
import { serviceNameLabel } from "#api/discovery/endpoint-slice/labels.ts";
import { type EndpointSlice, endpointSlices } from "#api/discovery/endpoint-slice.ts";
import { candidatesOf, hasAddress, noEndpoints, podPort } from "#core/api-proxy/destinations.ts";
import { dialable } from "#core/api-proxy/dialable.ts";
import { portNumber, readTargetName, type TargetName } from "#core/api-proxy/target-name.ts";
import type { Kind } from "#machinery/kind.ts";
import type { AnyType, Stored } from "#machinery/schema.ts";
import { badRequest, internal, unavailable } from "#machinery/status.ts";
import { contains } from "#net/cidr.ts";
import type { Store } from "#store/store.ts";
import type { Call } from "../call.ts";
import type { Environment } from "../environment.ts";
import { kubeletOn, kubeletRequest } from "../kubelet.ts";
import { type ApiObject, isOf, parseStored } from "../object.ts";
import { keyOf, mustFind, type Place, prefixOf } from "../objects.ts";
import { isOwnListener } from "./own-listeners.ts";

/** Whom a request is passed on to. */
export interface Target {
  readonly scheme: "http" | "https";
  /** An address that was judged: nothing is resolved afterwards. */
  readonly host: string;
  readonly port: number;
  /** By which the server shows the agent of a node who it is; undefined: it shows nothing, and trusts anybody. */
  readonly agent: RequestOptions | undefined;
}

/** What a proxied URL names. Throws a 400, a 404 or a 503. */
export async function targetOf({ env, kind, path: { namespace, name: id } }: Call): Promise<Target> {
  const name = readTargetName(id);
  if (name === undefined) throw badRequest(`invalid ${kind.singular} request ${JSON.stringify(id)}`);
  switch (kind.plural) {
    case services.plural:
      return serviceTarget(env, namespace, name);
    case pods.plural:
      return podTarget(env, namespace, name);
    case nodes.plural:
      return nodeTarget(env, name);
    default:
      throw internal(`there is no way to ${kind.plural}`);
  }
}

/** A ready endpoint of a Service, one at random. Throws a 400, a 404 or a 503. */
export async function serviceTarget(env: Environment, namespace: string, name: TargetName): Promise<Target> {
  const { store } = env;
  const service = await found(store, services, { namespace, name: name.name });
  const slices = await slicesOf(store, { namespace, name: name.name });
  const behind = candidatesOf({ service, slices }, name, env.chance.number);
  if (behind.kind === "none") throw unavailable(behind.why);
  for (const { pod, address, port } of behind.candidates) {
    const entry = await store.get(keyOf(pods, { namespace, name: pod }));
    const object = entry === undefined ? undefined : parseStored(entry.value);
    if (isOf(pods, object) && hasAddress(object, address)) return reach(env, address, { scheme: name.scheme, port });
  }
  throw unavailable(noEndpoints(name.name).why);
}

async function podTarget(env: Environment, namespace: string, name: TargetName): Promise<Target> {
  const pod = await found(env.store, pods, { namespace, name: name.name });
  const port = podPort(pod, name);
  if (port === undefined) throw badRequest(`pod ${JSON.stringify(name.name)} has no port ${JSON.stringify(name.port)}`);
  return reach(env, pod.status.podIP ?? "", { scheme: name.scheme, port });
}

/** Without a port, or with its own, the agent. Source: ResourceLocation in pkg/registry/core/node. */
async function nodeTarget(env: Environment, name: TargetName): Promise<Target> {
  const kubelet = kubeletOn(await found(env.store, nodes, { namespace: "", name: name.name }));
  const port = name.port === "" ? kubelet.port : portNumber(name.port);
  if (port === undefined)
    throw badRequest(`node ${JSON.stringify(name.name)} has no port ${JSON.stringify(name.port)}`);
  const isAgent = port === kubelet.port;
  const target = reach(env, kubelet.host, { scheme: isAgent ? "https" : name.scheme, port });
  return isAgent ? { ...target, agent: kubeletRequest(env.options.kubelet, kubelet, "/") } : target;
}

interface Reached {
  readonly scheme: "http" | "https";
  readonly port: number;
}

/** Throws a 400 for an address that the server must not be made to ask. */
function reach({ options }: Environment, address: string, { scheme, port }: Reached): Target {
  const ip = dialable(address);
  // Behind a Service's address can be anybody, the API itself among them.
  const isAllowed =
    ip !== undefined && !options.serviceRanges.some((range) => contains(range, ip)) && !isOwnListener(ip, port);
  if (!isAllowed) throw badRequest("address not allowed");
  return { scheme, host: ip.text, port, agent: undefined };
}

/** Throws a 404. */
async function found<T extends AnyType>(store: Store, kind: Kind<T>, place: Place): Promise<Stored<T> & ApiObject> {
  const { object } = await mustFind(store, kind, place);
  if (!isOf(kind, object)) throw internal(`what is stored as ${place.name} is something else`);
  return object;
}

/** Those of a Service: of the others in its namespace no more is looked at than their bytes. */
async function slicesOf(store: Store, { namespace, name }: Place): Promise<readonly EndpointSlice[]> {
  const label = JSON.stringify({ [serviceNameLabel]: name }).slice(1, -1);
  const { entries } = await store.range(prefixOf(endpointSlices, namespace));
  return entries
    .filter(({ value }) => Buffer.from(value.buffer, value.byteOffset, value.length).includes(label))
    .map(({ value }) => parseStored(value))
    .filter((one) => isOf(endpointSlices, one))
    .filter(({ metadata }) => metadata.labels?.[serviceNameLabel] === name);
}
