import { once } from "node:events";
import type { AddressInfo } from "node:net";

export interface Page {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface HttpListener {
  readonly port: number;
  readonly close: () => Promise<void>;
}

interface Where {
  readonly address: string;
  /** 0: one that is free. */
  readonly port: number;
}

/** Strangers may knock here: one small request a connection, and not for long. Milliseconds and bytes. */
const limits = {
  headersTimeout: 5_000,
  requestTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 8192,
};
const mostConnections = 64;

/** Serves small pages by their paths. Rejects with the system's error where the address can't be had. */
export async function listenHttp(
  { address, port }: Where,
  page: (path: string) => Page | Promise<Page>,
): Promise<HttpListener> {
  // An import of node:http makes everything that it exports: that costs 15 MB, which a call does not.
  const { createServer } = process.getBuiltinModule("node:http");
  const server = createServer(limits, async (request, response) => {
    request.on("data", () => request.destroy()); // nobody has anything to say here
    const { status, headers, body } = await page((request.url ?? "/").split("?")[0] ?? "/");
    response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body), connection: "close" });
    response.end(request.method === "HEAD" ? undefined : body);
  });
  server.maxConnections = mostConnections;
  server.listen(port, address);
  await once(server, "listening");
  return {
    port: portOf(server.address(), port),
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

const portOf = (address: AddressInfo | string | null, asked: number): number =>
  typeof address === "object" && address !== null ? address.port : asked;
