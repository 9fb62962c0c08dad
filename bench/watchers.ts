import { readFileSync } from "node:fs";
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from "node:http2";
import { setTimeout as pause } from "node:timers/promises";
import type { Access } from "#client/kubeconfig.ts";
import { mortalServer } from "../test/durability/server.ts";
import { eventually } from "../test/harness/eventually.ts";

const watchers = 999;
/** As many informers of one client share a connection. */
const watchersOfOne = 9;
const seconds = 15;
const writesPerSecond = 5;
/** The first ones are not counted: code is compiled in them. */
const warmUpSeconds = 3;
const collection = "/api/v1/namespaces/default/configmaps";

export interface WatchFigures {
  /** From the request that writes to the event, of all who read, in milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** What one more watch takes of the server's memory, in kB of 1,000 bytes. */
  readonly memory: number;
}

/**
 * 999 watches of one kind are told of small objects, while one more never reads what it is told of small and large ones: its budget goes
 * in the midst of it. The server is a process of its own; all who watch and write are this process.
 */
export async function run(): Promise<WatchFigures> {
  await using server = await mortalServer();
  const running = server.start();
  await running.listening;
  const sessions = Array.from({ length: watchers / watchersOfOne + 2 }, () => sessionTo(server.access));
  const [writer, silent, ...others] = sessions;
  if (writer === undefined || silent === undefined) throw new Error("there are no sessions");
  await write(writer, "first", { side: "small", filler: "" });
  const before = residentBytes(running.pid);
  const tookMs: number[] = [];
  const begun = performance.now();
  const told = (sentMs: number): void => {
    if (sentMs - begun > warmUpSeconds * 1000) tookMs.push(performance.now() - sentMs);
  };
  const reading = await Promise.all(
    others.flatMap((session) => Array.from({ length: watchersOfOne }, () => reader(session, told))),
  );
  const memory = (residentBytes(running.pid) - before) / watchers / 1000;
  const never = await opened(silent, `${collection}?watch=true`);
  never.on("error", () => {}); // that it is cut is what is wanted here
  for (let turn = 0; turn < seconds * writesPerSecond; turn++) {
    await Promise.all([
      write(writer, "small", { side: "small", filler: "x".repeat(1700) }),
      write(writer, "large", { side: "large", filler: "x".repeat(500_000) }),
      pause(1000 / writesPerSecond),
    ]);
  }
  await eventually("the watch to be over that nobody reads", () => never.closed, { seconds: 20 });
  if (reading.some(({ closed }) => closed)) throw new Error("one who reads has lost its watch");
  for (const session of sessions) session.destroy();
  await running.kill();
  tookMs.sort((a, b) => a - b);
  const at = (part: number) => tookMs[Math.floor(tookMs.length * part)] ?? Number.NaN;
  const figures = { p50: at(0.5), p99: at(0.99), memory };
  console.log(
    `watchers: ${tookMs.length} events, p50 ${figures.p50.toFixed(1)} ms, p99 ${figures.p99.toFixed(1)} ms; ${memory.toFixed(1)} kB a watch`,
  );
  return figures;
}

const sessionTo = ({ server, ca, certificate }: Access): ClientHttp2Session =>
  connect(server, { ...(ca !== undefined && { ca }), ...certificate });

/** A stream whose head has come. */
async function opened(session: ClientHttp2Session, path: string): Promise<ClientHttp2Stream> {
  const stream = session.request({ ":path": path });
  const status = await new Promise<unknown>((resolve, reject) => {
    stream.once("response", (head) => resolve(head[":status"]));
    stream.once("error", reject);
  });
  if (status !== 200) throw new Error(`a watch was answered ${status}`);
  return stream;
}

async function reader(session: ClientHttp2Session, told: (sentMs: number) => void): Promise<ClientHttp2Stream> {
  const stream = await opened(session, `${collection}?watch=true&labelSelector=side%3Dsmall`);
  stream.setEncoding("latin1");
  let rest = "";
  stream.on("data", (chunk: string) => {
    const lines = `${rest}${chunk}`.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) told(Number(/"sentMs":"([\d.]+)"/.exec(line)?.[1]));
  });
  return stream;
}

interface Draft {
  readonly side: "small" | "large";
  readonly filler: string;
}

/** Makes the object, or puts this in its place. */
async function write(session: ClientHttp2Session, name: string, { side, filler }: Draft): Promise<void> {
  const data = { filler, sentMs: String(performance.now()) };
  const body = JSON.stringify({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, labels: { side } },
    data,
  });
  const path = `${collection}/${name}?fieldManager=bench&force=true`;
  const stream = session.request({
    ":method": "PATCH",
    ":path": path,
    "content-type": "application/apply-patch+yaml",
  });
  stream.resume().end(body);
  const status = await new Promise<unknown>((resolve, reject) => {
    stream.once("response", (head) => resolve(head[":status"]));
    stream.once("error", reject);
  });
  if (status !== 200 && status !== 201) throw new Error(`a write was answered ${status}`);
}

const residentBytes = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;

if (import.meta.main) await run();
