/** What bench/ingress.ts measures and is written in TypeScript, in a process of its own: `embedded` or `undici`; prints a line when it listens. */
import { createServer } from "node:http";
import { Agent } from "undici";
import { embeddedEngine } from "#daemons/ingress/embedded/engine.ts";
import { benchTable } from "./table.ts";

async function serveEmbedded(port: number, backendPort: number): Promise<void> {
  const engine = embeddedEngine({ placeOf: () => ({ port, host: "127.0.0.1" }) });
  await engine.serve(benchTable(port, backendPort), { backends: new Set(), hosts: new Set(), others: true });
}

/** The proxy that one writes in Node without much thought: every request goes to one place. */
async function serveUndici(port: number, backendPort: number): Promise<void> {
  const agent = new Agent({ connections: 64 });
  const origin = `http://127.0.0.1:${backendPort}`;
  const server = createServer((request, response) => {
    const { url = "/", method = "GET", headers } = request;
    agent
      .stream({ origin, path: url, method, headers: { host: headers.host ?? "" }, opaque: response }, (answer) => {
        response.writeHead(answer.statusCode, { "content-length": String(answer.headers["content-length"]) });
        return response;
      })
      .then(undefined, () => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
}

const [kind, port, backendPort] = process.argv.slice(2);
await (kind === "embedded" ? serveEmbedded : serveUndici)(Number(port), Number(backendPort));
console.log("listens");
