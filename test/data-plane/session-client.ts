import assert from "node:assert/strict";
import type { ProxyMode } from "#daemons/proxy/kernel-rules.ts";
import { type LineProgram, lineProgram } from "./line-program.ts";
import type { SessionAnswer, SessionRequest } from "./session-words.ts";
import { nodeHost } from "./world.ts";

/** A Service of one port, 80, whose endpoints listen on 8080. */
export interface Exposed {
  readonly name: string;
  readonly address: string;
  readonly endpoints: readonly string[];
  readonly protocol?: "TCP" | "UDP";
  readonly nodePort?: number;
  readonly affinitySeconds?: number;
}

/** An API server and a proxy in another process, in a namespace. */
export interface Session {
  readonly program: LineProgram<SessionRequest, SessionAnswer>;
  readonly send: (method: string, path: string, body?: unknown) => Promise<SessionAnswer>;
  /** Until the kernel has what was sent before. */
  readonly settle: () => Promise<SessionAnswer>;
  /** The node's object. */
  readonly makeNode: () => Promise<void>;
  readonly create: (exposed: Exposed) => Promise<void>;
  /** The node itself, and Services that are there before the proxy starts. */
  readonly setUp: (all?: readonly Exposed[]) => Promise<void>;
  readonly expose: (exposed: Exposed) => Promise<SessionAnswer>;
  readonly setEndpoints: (name: string, endpoints: readonly string[]) => Promise<SessionAnswer>;
}

const slicesPath = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices";
const servicesPath = "/api/v1/namespaces/default/services";

export function startSession(namespace: string, mode: ProxyMode): Session {
  const script = new URL("session.ts", import.meta.url).pathname;
  const node = [process.execPath, "--experimental-ffi", "--disable-warning=ExperimentalWarning"];
  const program = lineProgram<SessionRequest, SessionAnswer>(["ip", "netns", "exec", namespace, ...node, script, mode]);
  const protocols = new Map<string, string>();
  const send = async (method: string, path: string, body?: unknown) => {
    const answer = await program.ask({ send: { method, path, body } });
    assert.equal(answer.wrong, "", `${method} ${path}`);
    return answer;
  };
  const settle = () => program.ask({ settle: true });
  const create = async (exposed: Exposed) => {
    const { name, endpoints, protocol = "TCP" } = exposed;
    protocols.set(name, protocol);
    await send("POST", slicesPath, sliceOf(name, endpoints, protocol));
    await send("POST", servicesPath, serviceOf(exposed));
  };
  const makeNode = async () => {
    await send("POST", "/api/v1/nodes", { metadata: { name: "node-1" } });
    const status = { addresses: [{ type: "InternalIP", address: nodeHost.ipv4 }] };
    await send("PUT", "/api/v1/nodes/node-1/status", { metadata: { name: "node-1" }, status });
  };
  return {
    program,
    send,
    settle,
    makeNode,
    create,
    async setUp(all = []) {
      await makeNode();
      for (const exposed of all) await create(exposed);
      await settle();
    },
    async expose(exposed) {
      await create(exposed);
      return settle();
    },
    async setEndpoints(name, endpoints) {
      await send("PUT", `${slicesPath}/${name}-1`, sliceOf(name, endpoints, protocols.get(name) ?? "TCP"));
      return settle();
    },
  };
}

export const sliceOf = (name: string, endpoints: readonly string[], protocol: string) => ({
  metadata: { name: `${name}-1`, labels: { "kubernetes.io/service-name": name } },
  addressType: "IPv4",
  ports: [{ name: "", port: 8080, protocol }],
  endpoints: endpoints.map((address) => ({ addresses: [address], nodeName: "node-1", conditions: { ready: true } })),
});

const serviceOf = ({ name, address, protocol = "TCP", nodePort, affinitySeconds }: Exposed) => ({
  metadata: { name },
  spec: {
    type: nodePort === undefined ? "ClusterIP" : "NodePort",
    clusterIP: address,
    ports: [{ port: 80, targetPort: 8080, protocol, ...(nodePort !== undefined && { nodePort }) }],
    ...(affinitySeconds !== undefined && {
      sessionAffinity: "ClientIP",
      sessionAffinityConfig: { clientIP: { timeoutSeconds: affinitySeconds } },
    }),
  },
});
