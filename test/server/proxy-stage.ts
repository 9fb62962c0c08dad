import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer, request as httpsRequest } from "node:https";
import { createServer as createTcpServer, type Server, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { createAuthority, type KeyPair } from "#os/pki.ts";
import { moveToOwnNetwork } from "../harness/own-network.ts";
import { type Listening, type ListeningOptions, listening, validity } from "./listening.ts";

/** Where everything that is proxied to listens, in the test's own network. */
export const address = "192.0.2.10";

/** A server of the API, and what is behind it. */
export interface Stage extends AsyncDisposable {
  readonly server: Listening;
  /** These listen, and give their port. */
  readonly serves: (respond: Respond) => Promise<number>;
  readonly servesTls: (respond: Respond, shown: KeyPair) => Promise<number>;
  readonly servesBytes: (serve: (socket: Socket) => void) => Promise<number>;
  /** Makes a pod `name` with that port, and a Service of the same name whose only endpoint it is. */
  readonly behind: (name: string, port: number, on?: { readonly node: string }) => Promise<void>;
  readonly make: (path: string, body: object) => Promise<void>;
  /** Merges into an object's status. */
  readonly tell: (path: string, status: object) => Promise<void>;
  /** Of the nodes' agents. */
  readonly ca: string;
  /** By the authority of the nodes' agents, for where all of this listens. */
  readonly forServer: (name: string) => Promise<KeyPair>;
  readonly forAgent: (node: string) => Promise<KeyPair>;
}
type Respond = (request: IncomingMessage, response: ServerResponse) => void;

export const core = "/api/v1/namespaces/default";
const slices = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices";
export const through = (name: string, path = "/"): string => `${core}/services/${name}:http/proxy${path}`;

/** Needs root, and takes the whole process along. */
export async function proxyStage(options: ListeningOptions = {}): Promise<Stage> {
  await moveToOwnNetwork([`${address}/32`, "2001:db8::10/128"]);
  const nodes = await createAuthority("nodes", validity());
  const { certificate, key } = await nodes.forClient({ name: "kube-apiserver-kubelet-client" }, validity());
  const server = await listening({ ...options, kubelet: { certificate, key, ca: nodes.certificate } });
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  const listens = (one: Server): Promise<number> => {
    servers.push(one.on("connection", (socket: Socket) => sockets.add(socket)));
    return new Promise((resolve) => one.listen(0, address, () => resolve(portOf(one))));
  };
  const { make, tell } = makerOf(server);
  return {
    server,
    serves: (respond) => listens(createServer(respond)),
    servesTls: (respond, shown) =>
      listens(
        createTlsServer(
          { cert: shown.certificate, key: shown.key, requestCert: true, rejectUnauthorized: false },
          respond,
        ),
      ),
    servesBytes: (serve) => listens(createTcpServer(serve)),
    behind: async (name, port, on) => {
      await make(`${core}/pods`, podOf(name, port, on?.node));
      await tell(`${core}/pods/${name}`, { podIP: address, podIPs: [{ ip: address }] });
      await make(`${core}/services`, { metadata: { name }, spec: { ports: [{ name: "http", port: 80 }] } });
      await make(slices, sliceOf(name, port));
    },
    make,
    tell,
    ca: nodes.certificate,
    forServer: (name) => nodes.forServer({ name }, [address], validity()),
    forAgent: (node) => nodes.forServer({ name: `system:node:${node}` }, [address], validity()),
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      for (const one of servers) one.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function portOf(server: Server): number {
  const bound = server.address();
  return typeof bound === "object" && bound !== null ? bound.port : 0;
}

function makerOf({ served }: Listening): Pick<Stage, "make" | "tell"> {
  return {
    make: async (path, body) => {
      const told = await served.send("POST", path, { body });
      assert.equal(told.status, 201, told.text);
    },
    tell: async (path, status) => {
      const headers = { "content-type": "application/merge-patch+json" };
      const told = await served.send("PATCH", `${path}/status`, { body: { status }, headers });
      assert.equal(told.status, 200, told.text);
    },
  };
}

const podOf = (name: string, port: number, nodeName: string | undefined): object => ({
  metadata: { name },
  spec: { nodeName, containers: [{ name: "main", image: "i", ports: [{ name: "web", containerPort: port }] }] },
});

const sliceOf = (name: string, port: number): object => ({
  metadata: { name, labels: { "kubernetes.io/service-name": name } },
  addressType: "IPv4",
  ports: [{ name: "http", port }],
  endpoints: [{ addresses: [address], targetRef: { kind: "Pod", namespace: "default", name } }],
});

export interface Asked {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}
export interface Told {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
}

/** Over HTTP/1.1, on a connection of its own, as an administrator. */
export function ask({ port, authority, client }: Listening, asked: Asked): Promise<Told> {
  const { method = "GET", path, headers = {}, body } = asked;
  return new Promise((resolve, reject) => {
    const request = httpsRequest({
      host: "127.0.0.1",
      port,
      path,
      method,
      headers: body === undefined ? headers : { ...headers, "content-length": Buffer.byteLength(body) },
      ca: authority.certificate,
      cert: client.certificate,
      key: client.key,
      servername: "localhost",
      agent: false,
    });
    request.on("error", reject);
    request.on("response", (answer) => {
      const { statusCode: status = 0, headers: told } = answer;
      text(answer).then((said) => resolve({ status, headers: told, text: said }), reject);
    });
    request.on("upgrade", (answer, socket) => {
      socket.destroy();
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text: "" });
    });
    request.end(body);
  });
}
