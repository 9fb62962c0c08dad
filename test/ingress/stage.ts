import { randomInt } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Finding } from "#core/routes/route-table.ts";
import { type HaproxyEngine, haproxyEngine } from "#daemons/ingress/haproxy/engine.ts";
import { Registry } from "#metrics/registry.ts";
import { findHaproxy } from "#os/haproxy/program.ts";
import { heldUntilInterrupted } from "../harness/interruption.ts";
import { findProgram } from "../harness/programs.ts";
import { brittlePlanner } from "./brittle-planner.ts";

const path = findProgram("haproxy", "haproxy");
export const withoutHaproxy = path === undefined ? "no haproxy on this machine" : false;

/** A folder and ports for HAProxy, and engines that run there one after another. */
export interface Stage {
  readonly folder: string;
  readonly ports: { readonly http: number; readonly https: number };
  readonly engine: () => Promise<Running>;
}

export interface Running {
  readonly engine: HaproxyEngine;
  /** What was last said of objects that are left out. */
  readonly refused: () => readonly Finding[];
  /** What the engine got over by itself. */
  readonly faults: readonly unknown[];
  /** By the label `because`. */
  readonly reloads: () => Readonly<Record<string, number>>;
  /** As Prometheus reads it. */
  readonly metrics: () => string;
}

export async function stage(): Promise<Stage & AsyncDisposable> {
  await using unlessDone = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "portolan-ingress-"));
  unlessDone.defer(() => rm(folder, { recursive: true }));
  const ports = { http: await freePort(), https: await freePort() };
  const engines = unlessDone.use(new AsyncDisposableStack());
  // HAProxy would go on without us.
  const owned = heldUntilInterrupted(unlessDone.move());
  return {
    folder,
    ports,
    engine: async () => {
      const running = await startEngine(folder);
      engines.defer(() => running.engine.stop({ drainSeconds: 0 }));
      return running;
    },
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
}

/** As a controller starts it, in whichever process. */
export async function startEngine(folder: string): Promise<Running> {
  const registry = new Registry();
  const faults: unknown[] = [];
  let refused: readonly Finding[] = [];
  const engine = await haproxyEngine({
    program: await findHaproxy(path),
    places: {
      ...{ folder: join(folder, "haproxy"), runtimeSocket: join(folder, "runtime.sock") },
      ...{ detours: new Map(), threads: 2, addresses: ["127.0.0.1"], accessLog: "stdout" },
    },
    planner: brittlePlanner,
    detour: undefined,
    registry,
    output: "ignore",
    patienceSeconds: 10,
    refused: (findings) => {
      refused = findings;
    },
    failed: ({ fault }) => faults.push(fault),
  });
  const reloads = () =>
    Object.fromEntries(
      [...registry.text().matchAll(/^portolan_ingress_reloads_total\{because="([^"]+)"\} (\d+)$/gm)].map(
        ([, because, count]) => [because, Number(count)],
      ),
    );
  return { engine, refused: () => refused, faults, reloads, metrics: () => registry.text() };
}

/** Below those that the kernel gives to clients: none of theirs gets it between this look and HAProxy's start. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(15_000, 32_000);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
    });
    if (isFree) return port;
  }
}

export interface Endpoint {
  readonly port: number;
  /** As a pod ends: takes nothing more, and closes what it has. */
  readonly close: () => Promise<void>;
}

async function listening(connected: (socket: Socket) => void): Promise<Endpoint> {
  const open = new Set<Socket>();
  const server: Server = createServer((socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
    socket.on("error", () => {}); // the other side went first
    connected(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("asked for a port");
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of open) socket.destroy();
    });
  return { port: address.port, close };
}

/** Answers each request with its name; `/slow` with a byte every 50 ms, 100 times; upgrades are echoed. */
export const endpoint = (name: string): Promise<Endpoint> =>
  listening((socket) => {
    let upgraded = false;
    let heard = "";
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => {
      if (upgraded) return void socket.write(text);
      heard += text;
      for (let end = heard.indexOf("\r\n\r\n"); end !== -1; end = heard.indexOf("\r\n\r\n")) {
        const head = heard.slice(0, end);
        heard = heard.slice(end + 4);
        if (/\r\nupgrade:/i.test(head)) {
          upgraded = true;
          socket.write(switching);
        } else if (head.startsWith("GET /slow")) drip(socket);
        else socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${name.length}\r\n\r\n${name}`);
      }
    });
  });

/** To the key of RFC 6455 section 1.3. */
const switching = [
  "HTTP/1.1 101 Switching Protocols",
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
  "\r\n",
].join("\r\n");

export const dripBytes = 100;
const dripMs = 50;

function drip(socket: Socket): void {
  socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${dripBytes}\r\n\r\n`);
  let sent = 0;
  const dripping = setInterval(() => {
    socket.write(".");
    if (++sent === dripBytes) clearInterval(dripping);
  }, dripMs);
  socket.on("close", () => clearInterval(dripping));
}
