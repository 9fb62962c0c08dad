import { lookup } from "node:dns/promises";
import { connect } from "node:net";
import { execInPod } from "#client/exec.ts";
import type { Access } from "#client/kubeconfig.ts";
import { type Probe, probeKey, type Seen } from "#core/trace/probe.ts";
import { socketFiles, socketsIn } from "#core/trace/sockets.ts";
import type { Story } from "#core/trace/story.ts";
import { hasCode } from "#os/files.ts";

/** Whoever asks for a trace wants to know it now. */
const patienceSeconds = 2;

/** What a story would like to know and `seen` doesn't tell, each once. */
export function wantedProbes({ hops }: Story, seen: ReadonlyMap<string, Seen>): readonly Probe[] {
  const wanted = hops.flatMap(({ probe }) => (probe === undefined || seen.has(probeKey(probe)) ? [] : [probe]));
  return [...new Map(wanted.map((probe) => [probeKey(probe), probe])).values()];
}

/** Looks. Never rejects: what can't be seen is an answer too. */
export function look(access: Access, probe: Probe): Promise<Seen> {
  switch (probe.kind) {
    case "sockets":
      return lookIntoPod(access, probe);
    case "resolve":
      return resolveHere(probe.name);
    case "dial":
      return dial(probe.ip, probe.port);
    case "http":
      return request(probe);
  }
}

async function lookIntoPod(access: Access, probe: Extract<Probe, { readonly kind: "sockets" }>): Promise<Seen> {
  const ran = await execInPod(access, { ...probe, argv: ["cat", ...socketFiles], patienceSeconds });
  if (ran.kind === "refused") return { kind: "unseen", because: ran.because };
  // A pod without IPv6 lacks two of the files: the others tell enough.
  const open = socketsIn(ran.stdout);
  return open === undefined
    ? { kind: "unseen", because: ran.problem ?? "its files say nothing" }
    : { kind: "sockets", open };
}

async function resolveHere(name: string): Promise<Seen> {
  try {
    const found = await lookup(name, { all: true });
    return { kind: "addresses", addresses: [...new Set(found.map(({ address }) => address))] };
  } catch (fault) {
    if (hasCode(fault, "ENOTFOUND")) return { kind: "addresses", addresses: [] };
    return { kind: "unseen", because: messageOf(fault) };
  }
}

function dial(host: string, port: number): Promise<Seen> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: patienceSeconds * 1000 });
    const end = (seen: Seen): void => {
      socket.destroy();
      resolve(seen);
    };
    socket.once("connect", () => end({ kind: "connected" }));
    socket.once("timeout", () => end({ kind: "silent" }));
    socket.once("error", (fault) => end(failed(fault, false)));
  });
}

/** The certificate is not looked at: whether the way leads there is what is asked. */
function request({ ip, url }: Extract<Probe, { readonly kind: "http" }>): Promise<Seen> {
  const { hostname, host, port, pathname, search, protocol } = new URL(url);
  const isTls = protocol === "https:";
  // Imports of these modules load what only fetch needs: 20 ms.
  const { get } = isTls ? process.getBuiltinModule("node:https") : process.getBuiltinModule("node:http");
  return new Promise((resolve) => {
    let isConnected = false;
    const asked = get({
      host: ip,
      port: port === "" ? (isTls ? 443 : 80) : Number(port),
      path: `${pathname}${search}`,
      headers: { host, connection: "close" },
      timeout: patienceSeconds * 1000,
      agent: false,
      ...(isTls && { servername: hostname, rejectUnauthorized: false }),
    });
    asked.on("socket", (socket) =>
      socket.on("connect", () => {
        isConnected = true;
      }),
    );
    asked.on("response", (answer) => {
      answer.destroy();
      resolve({ kind: "http", status: answer.statusCode ?? 0 });
    });
    asked.on("timeout", () => asked.destroy(Object.assign(new Error("no answer"), { code: "ETIMEDOUT" })));
    asked.on("error", (fault) => resolve(failed(fault, isConnected)));
  });
}

function failed(fault: Error, isConnected: boolean): Seen {
  if (hasCode(fault, "ECONNREFUSED")) return { kind: "refused" };
  if (hasCode(fault, "ETIMEDOUT")) return { kind: "silent" };
  return isConnected ? { kind: "reset" } : { kind: "unseen", because: messageOf(fault) };
}

const messageOf = (fault: unknown): string => (fault instanceof Error ? fault.message : String(fault));
