import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTcpServer, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { portOf } from "./table.ts";

/** Something that requests are sent to, for one test. */
export interface TestEndpoint {
  readonly port: number;
  /** Ends its connections too. */
  readonly close: () => Promise<void>;
}

/** Answers with what it got: `{name, method, url, headers, body}`. */
export const echoing = (name: string): Promise<TestEndpoint> =>
  serving(async (request, response) => {
    // Undefined: the request was broken off.
    const body = await text(request).catch(() => undefined);
    if (body === undefined) return;
    const { method, url, headers } = request;
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify({ name, method, url, headers, body }));
  });

/** An HTTP server of the test's own. */
export async function serving(answer: RequestListener): Promise<TestEndpoint> {
  const server = createServer(answer);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: portOf(server),
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** A TCP server of the test's own: for what no HTTP server would say. */
export async function speaking(speak: (socket: Socket) => void): Promise<TestEndpoint> {
  const open = new Set<Socket>();
  const server = createTcpServer((socket) => {
    open.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => open.delete(socket));
    speak(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: portOf(server),
    async close() {
      const closed = once(server, "close");
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}
