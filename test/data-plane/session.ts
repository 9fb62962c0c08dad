/**
 * An API server in memory and a proxy that follows it, in the network namespace it is started in. Speaks JSON, a line a request.
 */
import { createInterface } from "node:readline";
import { removeRules, type ServiceProxy, startProxy } from "#daemons/proxy/proxy.ts";
import { inProcessTransport } from "#server/in-process.ts";
import { administrator, serve } from "../server/served.ts";
import { around, nodeName } from "./scenario.ts";
import type { SessionAnswer, SessionRequest } from "./session-words.ts";

const faults: string[] = [];
const served = await serve();
const start = () =>
  startProxy({
    transport: inProcessTransport(served.server, administrator),
    mode: "nftables",
    nodeName,
    cluster: around,
    failed: ({ fault }) => faults.push(fault instanceof Error && "code" in fault ? String(fault.code) : String(fault)),
  });

let proxy: ServiceProxy | undefined;

async function act(request: SessionRequest): Promise<string> {
  if ("send" in request) {
    const { method, path, body } = request.send;
    const { status, text } = await served.send(method, path, body === undefined ? {} : { body });
    return status < 300 ? "" : text;
  }
  if ("settle" in request) {
    proxy ??= await start();
    await proxy.synced;
    await proxy.idle();
  } else if ("stop" in request) await proxy?.stop(request.stop);
  else await removeRules("nftables", around);
  return "";
}

for await (const line of createInterface({ input: process.stdin })) {
  const { id, request }: { id: number; request: SessionRequest } = JSON.parse(line);
  const wrong = await act(request);
  const answer: SessionAnswer = { id, wrong, faults };
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
process.exit(0);
