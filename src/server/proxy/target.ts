import { nodes } from "#api/core/node.ts";
import { pods } from "#api/core/pod.ts";
import { services } from "#api/core/service.ts";
import { podPort } from "#core/api-proxy/destinations.ts";
import { portNumber, readTargetName, type TargetName } from "#core/api-proxy/target-name.ts";
import { badRequest, internal } from "#machinery/status.ts";
import type { Call } from "../call.ts";
import type { Environment } from "../environment.ts";
import { mustFindOf } from "../objects.ts";
import { kubeletOn, kubeletRequest } from "../streams/kubelet.ts";
import { reach, reachPod, type Target } from "./reach.ts";
import { serviceTarget } from "./service-target.ts";

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

async function podTarget(env: Environment, namespace: string, name: TargetName): Promise<Target> {
  const pod = await mustFindOf(env.store, pods, { namespace, name: name.name });
  const port = podPort(pod, name);
  if (port === undefined) throw badRequest(`pod ${JSON.stringify(name.name)} has no port ${JSON.stringify(name.port)}`);
  return reachPod(env, pod, { address: pod.status.podIP ?? "", scheme: name.scheme, port });
}

/** Without a port, or with its own, the agent. Source: ResourceLocation in pkg/registry/core/node. */
async function nodeTarget(env: Environment, name: TargetName): Promise<Target> {
  const kubelet = kubeletOn(await mustFindOf(env.store, nodes, { namespace: "", name: name.name }));
  const port = name.port === "" ? kubelet.port : portNumber(name.port);
  if (port === undefined)
    throw badRequest(`node ${JSON.stringify(name.name)} has no port ${JSON.stringify(name.port)}`);
  const isAgent = port === kubelet.port;
  const target = reach(env, kubelet.host, { scheme: isAgent ? "https" : name.scheme, port });
  return isAgent ? { ...target, agent: kubeletRequest(env.options.kubelet, kubelet, "/") } : target;
}
