import type { IncomingMessage } from "node:http";
import { Agent, request as httpsRequest, type RequestOptions } from "node:https";
import { checkServerIdentity, type PeerCertificate } from "node:tls";
import { nodeUserPrefix } from "#api/authentication/subjects.ts";
import { type Node, nodes } from "#api/core/node.ts";
import type { Pod } from "#api/core/pod.ts";
import { badRequest, internal, type StatusError } from "#machinery/status.ts";
import { parseIp } from "#net/ip.ts";
import type { Store } from "#store/store.ts";
import type { KubeletCredentials } from "../environment.ts";
import { findOf } from "../objects.ts";
import { isOwnListener } from "../proxy/own-listeners.ts";
import { kubeletRefusal } from "./kubelet-refusal.ts";

/** Where the agent of a node listens. */
export interface KubeletAddress {
  readonly node: string;
  readonly host: string;
  readonly port: number;
}

const usualPort = 10_250;

/** Throws a 400 where the pod has no node yet, a 500 where the node tells no address. */
export async function kubeletOf(store: Store, pod: Pod): Promise<KubeletAddress> {
  const { nodeName = "" } = pod.spec;
  if (nodeName === "") throw badRequest(`pod ${pod.metadata.name} does not have a host assigned`);
  const node = await findOf(store, nodes, { namespace: "", name: nodeName });
  if (node === undefined) throw internal(`no node ${JSON.stringify(nodeName)} is known`);
  return kubeletOn(node);
}

/** Throws a 500 where the node tells no address. */
export function kubeletOn({ metadata: { name }, status }: Node): KubeletAddress {
  const host = status.addresses?.find(({ type }) => type === "InternalIP")?.address;
  if (host === undefined) throw internal(`node ${JSON.stringify(name)} has no InternalIP`);
  return { node: name, host, port: status.daemonEndpoints?.kubeletEndpoint?.Port || usualPort };
}

/** The container that is meant; the only one where none is named. Throws a 400 in Kubernetes' words. */
export function containerOf({ metadata: { name }, spec }: Pod, asked: string): string {
  const main = spec.containers.map((one) => one.name);
  const first = (spec.initContainers ?? []).map((one) => one.name);
  const others = (spec.ephemeralContainers ?? []).map((one) => one.name);
  if (asked !== "") {
    if ([...main, ...first, ...others].includes(asked)) return asked;
    throw badRequest(`container ${asked} is not valid for pod ${name}`);
  }
  const [only, second] = main;
  if (only !== undefined && second === undefined) return only;
  const before = first.length === 0 ? "" : ` or one of the init containers: [${first.join(" ")}]`;
  throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${main.join(" ")}]${before}`);
}

const connectMs = 10_000;
const agents = new WeakMap<KubeletCredentials, Map<string, Agent>>();

/** What a request to an agent looks like; with `agent: undefined` it gets a connection of its own. Throws a 500, or a 400 where the node says that its agent is where the API listens. */
export function kubeletRequest(
  credentials: KubeletCredentials | undefined,
  { node, host, port }: KubeletAddress,
  path: string,
): RequestOptions {
  if (credentials === undefined) throw internal("this server has no certificate to show to the agents of nodes");
  const ip = parseIp(host);
  if (ip === undefined || isOwnListener(ip, port)) throw badRequest("address not allowed");
  const { certificate: cert, key, ca } = credentials;
  const agent = agentFor(credentials, node);
  return { host, port, path, cert, key, ca, agent, timeout: connectMs, checkServerIdentity: isAgentOf(node) };
}

/** A connection that was made to one node's agent is not another's, whatever addresses the two say they have. */
function agentFor(credentials: KubeletCredentials, node: string): Agent {
  const known = agents.get(credentials) ?? new Map<string, Agent>();
  agents.set(credentials, known);
  const agent = known.get(node) ?? new Agent({ keepAlive: true, maxFreeSockets: 16 });
  known.set(node, agent);
  return agent;
}

/** By its address, and as that node: the API's own certificate, and other agents', are for the addresses of this machine too. */
const isAgentOf =
  (node: string) =>
  (host: string, certificate: PeerCertificate): Error | undefined => {
    const name = String(certificate.subject.CN);
    return name === `${nodeUserPrefix}${node}`
      ? checkServerIdentity(host, certificate)
      : new Error(`it shows the certificate of ${JSON.stringify(name)}`);
  };

/** GETs from an agent; resolves with a head that says 200. Throws the agent's refusal as a Status, a 500 where it doesn't answer. */
export function askKubelet(options: RequestOptions, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asked = httpsRequest({ ...options, signal });
    asked.once("timeout", () => asked.destroy(new Error("it did not answer in time")));
    asked.once("error", (fault) => reject(kubeletUnreachable(options, fault)));
    asked.once("response", (answer) => {
      asked.setTimeout(0);
      if (answer.statusCode === 200) resolve(answer);
      else kubeletRefusal(answer).then(reject, (fault: Error) => reject(kubeletUnreachable(options, fault)));
    });
    asked.end();
  });
}

export const kubeletUnreachable = ({ host, port, path }: RequestOptions, fault: Error): StatusError =>
  internal(`the agent at https://${host}:${port}${path?.split("?")[0]} can't be reached: ${fault.message}`);
