/**
 * An API server in memory and a proxy that follows it, in the network namespace it is started in. Speaks JSON, a line a request.
 */
import { writeFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { showKubeconfig } from "#client/kubeconfig.ts";
import { removeRules, type ServiceProxy, startProxy } from "#daemons/proxy/proxy.ts";
import { createAuthority } from "#os/pki.ts";
import { inProcessTransport } from "#server/connections/in-process.ts";
import { listen } from "#server/connections/listen.ts";
import { validity } from "../server/listening.ts";
import { administrator, serve } from "../server/served.ts";
import { around, nodeName } from "./scenario.ts";
import type { SessionAnswer, SessionRequest } from "./session-words.ts";

const mode = process.argv[2] === "iptables" ? "iptables" : "nftables";
const faults: string[] = [];
const served = await serve();
const start = () =>
  startProxy({
    transport: inProcessTransport(served.server, administrator),
    mode,
    nodeName,
    cluster: around,
    failed: ({ fault }) => faults.push(fault instanceof Error && "code" in fault ? String(fault.code) : String(fault)),
  });

let proxy: ServiceProxy | undefined;

async function act(request: SessionRequest): Promise<Omit<SessionAnswer, "id" | "faults">> {
  if ("send" in request) {
    const { method, path, body } = request.send;
    const { status, text } = await served.send(method, path, body === undefined ? {} : { body });
    return { text, wrong: status < 300 ? "" : text };
  }
  if ("settle" in request) {
    proxy ??= await start();
    await proxy.synced;
    await proxy.idle();
  } else if ("kubeconfig" in request) await listenFor(request.kubeconfig);
  else if ("stop" in request) await proxy?.stop(request.stop);
  else await removeRules(mode, around);
  return { text: "", wrong: "" };
}

async function listenFor(file: string): Promise<void> {
  const authority = await createAuthority("test-ca", validity());
  const serving = await authority.forServer({ name: "kube-apiserver" }, ["127.0.0.1"], validity());
  const client = await authority.forClient({ name: "system:kube-proxy" }, validity());
  const clientCa = authority.certificate;
  const { port } = await listen(served.server, { address: "127.0.0.1", port: 0, serving, clientCa });
  const server = `https://127.0.0.1:${port}`;
  const text = showKubeconfig({ name: "proxy", server, ca: clientCa, cert: client.certificate, key: client.key });
  await writeFile(file, text, { mode: 0o600 });
}

for await (const line of createInterface({ input: process.stdin })) {
  const { id, request }: { id: number; request: SessionRequest } = JSON.parse(line);
  const answer: SessionAnswer = { id, ...(await act(request)), faults };
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
process.exit(0);
