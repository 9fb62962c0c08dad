import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import type { TestCluster } from "../harness/cluster.ts";
import { eventually } from "../harness/eventually.ts";
import type { Kubectl } from "../harness/kubectls.ts";
import { counted } from "./load/counted.ts";

/** A `kubectl port-forward` that listens. */
export interface Forwarding extends AsyncDisposable {
  /** Where it listens on this machine for a port of the pod. */
  readonly local: (port: number) => number;
  /** What it has written to either output. */
  readonly said: () => string;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Its exit code. */
  readonly ended: Promise<number | null>;
}

/** `what` is a pod's name, or `svc/x`, `deploy/x`; each port of ours is any that is free. */
export async function forwarding(
  cluster: TestCluster,
  kubectl: Kubectl,
  [what, ...ports]: readonly [string, ...number[]],
): Promise<Forwarding> {
  const args = ["--kubeconfig", cluster.kubeconfig, "port-forward", "--address=127.0.0.1", what];
  const child = spawn(kubectl.path, [...args, ...ports.map((port) => `:${port}`)]);
  let said = "";
  for (const output of [child.stdout, child.stderr]) output.on("data", (bytes: Buffer) => (said += bytes.toString()));
  const ended = once(child, "exit").then(([code]) => code);
  const places = (): ReadonlyMap<number, number> =>
    new Map(
      [...said.matchAll(/^Forwarding from 127\.0\.0\.1:(\d+) -> (\d+)$/gm)].map(([, own, far]) => [
        Number(far),
        Number(own),
      ]),
    );
  await eventually(
    `kubectl ${kubectl.version} forwards`,
    () => {
      if (child.exitCode !== null) throw new Error(`it ended: ${said}`);
      return places().size >= Math.min(1, ports.length) && said.split("Forwarding from").length > ports.length;
    },
    { seconds: 10 },
  );
  return {
    local: (port) => places().get(port) ?? [...places().values()][0] ?? 0,
    said: () => said,
    kill: (signal) => void child.kill(signal),
    ended,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

export async function opened(port: number): Promise<Socket> {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  await once(socket, "connect");
  return socket;
}

/** Sends so many bytes to the far end, and gives what it says of them after our own end. */
export async function sent(port: number, bytes: number): Promise<string> {
  const socket = await opened(port);
  socket.write("sink\n");
  const answer = text(socket);
  await pipeline(Readable.from(counted(bytes), { objectMode: false }), socket);
  return answer;
}

/** Has the far end send so many bytes, and sums them up. */
export async function received(port: number, bytes: number): Promise<string> {
  const socket = await opened(port);
  socket.write(`source ${bytes}\n`);
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of socket) {
    size += chunk.length;
    hash.update(chunk);
  }
  socket.end();
  return `${size} ${hash.digest("hex")}\n`;
}
