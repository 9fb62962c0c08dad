import type { RequestOptions } from "node:https";
import type { Pod } from "#api/core/pod.ts";
import { dialable } from "#core/api-proxy/dialable.ts";
import { badRequest } from "#machinery/status.ts";
import { contains } from "#net/cidr.ts";
import type { Environment } from "../environment.ts";
import type { ApiObject } from "../object.ts";
import { kubeletOf, kubeletRequest } from "../streams/kubelet.ts";
import { isOwnListener } from "./own-listeners.ts";

/** Whom a request is passed on to. */
export interface Target {
  readonly scheme: "http" | "https";
  /** An address that was judged: nothing is resolved afterwards. */
  readonly host: string;
  readonly port: number;
  /** By which the server shows the agent of a node who it is; undefined: it shows nothing, and trusts anybody. */
  readonly agent: RequestOptions | undefined;
  /** By which the agent of its node is asked for a connection; undefined: it is dialled from here. */
  readonly dial?: RequestOptions;
}

interface Reached {
  readonly scheme: "http" | "https";
  readonly port: number;
}

/** Throws a 400 for an address that the server must not be made to ask. */
export function reach({ options }: Environment, address: string, { scheme, port }: Reached): Target {
  const ip = dialable(address);
  // Behind a Service's address can be anybody, the API itself among them.
  const isAllowed =
    ip !== undefined && !options.serviceRanges.some((range) => contains(range, ip)) && !isOwnListener(ip, port);
  if (!isAllowed) throw badRequest("address not allowed");
  return { scheme, host: ip.text, port, agent: undefined };
}

/** The same for a pod, which may have to be dialled by the agent of its node. */
export async function reachPod(env: Environment, pod: Pod & ApiObject, at: PodAddress): Promise<Target> {
  const target = reach(env, at.address, at);
  if (env.options.podsByAgents !== true) return target;
  const { namespace, name } = pod.metadata;
  const path = `/dial/${namespace}/${name}/${target.port}?address=${encodeURIComponent(at.address)}`;
  return { ...target, dial: kubeletRequest(env.options.kubelet, await kubeletOf(env.store, pod), path) };
}
interface PodAddress extends Reached {
  readonly address: string;
}
