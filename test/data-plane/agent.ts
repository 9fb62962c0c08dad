/**
 * Lives in one namespace of a test's network and speaks JSON, a line a request: servers that tell who asks, and clients that tell
 * who answers. `{"id":1,"listen":8080}`, `{"id":2,"protocol":"TCP","to":"10.96.0.20","port":80,"times":3}`.
 */
import dgram from "node:dgram";
import net from "node:net";
import { createInterface } from "node:readline";
import type { Answer, Request } from "./agent-words.ts";

const [own4 = "", own6 = ""] = process.argv.slice(2);
const plain = (address: string | undefined): string => (address ?? "").replace(/^::ffff:/, "");

/** What servers say: who they are, and whom they see. */
const greeting = (at: string, port: number, peer: string): string => `${at} ${port} ${peer}`;

async function listen(port: number): Promise<void> {
  const tcp = net.createServer((socket) => {
    socket.on("error", () => {});
    socket.end(greeting(plain(socket.localAddress), port, plain(socket.remoteAddress)));
  });
  await new Promise<void>((resolve) => tcp.listen(port, "::", resolve));
  const udp = dgram.createSocket("udp6");
  udp.on("message", (_, peer) => {
    const address = plain(peer.address);
    udp.send(greeting(address.includes(":") ? own6 : own4, port, address), peer.port, peer.address);
  });
  await new Promise<void>((resolve) => udp.bind(port, "::", resolve));
}

interface Try {
  readonly to: string;
  readonly port: number;
  readonly from: number;
  readonly patienceMs: number;
}

function askTcp({ to, port, from, patienceMs }: Try): Promise<string> {
  return new Promise((resolve) => {
    const socket = net.connect({ host: to, port, ...(from > 0 && { localPort: from }) });
    let said = "";
    const end = (how: string) => {
      clearTimeout(deadline);
      socket.destroy();
      resolve(how);
    };
    const deadline = setTimeout(() => end("timeout"), patienceMs);
    socket.on("data", (chunk) => {
      said += chunk;
    });
    socket.on("end", () => end(said));
    socket.on("error", (fault) => end("code" in fault ? String(fault.code) : fault.message));
  });
}

function askUdp({ to, port, from, patienceMs }: Try): Promise<string> {
  return new Promise((resolve) => {
    const socket = dgram.createSocket(to.includes(":") ? "udp6" : "udp4");
    const end = (how: string) => {
      clearTimeout(deadline);
      socket.close();
      resolve(how);
    };
    const deadline = setTimeout(() => end("timeout"), patienceMs);
    socket.on("message", (message) => end(message.toString()));
    socket.on("error", (fault) => end("code" in fault ? String(fault.code) : fault.message));
    // Connected, so that an ICMP error is heard.
    socket.bind(from, () => socket.connect(port, to, () => socket.send("hello")));
  });
}

async function answer(request: Request): Promise<readonly string[]> {
  if ("listen" in request) {
    await listen(request.listen);
    return [];
  }
  const { protocol, times, together, ...rest } = request;
  const ask = () => (protocol === "TCP" ? askTcp(rest) : askUdp(rest));
  const said: string[] = [];
  while (said.length < times) {
    const some = Math.min(together, times - said.length);
    said.push(...(await Promise.all(Array.from({ length: some }, ask))));
  }
  return said;
}

for await (const line of createInterface({ input: process.stdin })) {
  const { id, request }: { id: number; request: Request } = JSON.parse(line);
  void answer(request).then((said) => {
    const answered: Answer = { id, said };
    process.stdout.write(`${JSON.stringify(answered)}\n`);
  });
}
process.exit(0);
