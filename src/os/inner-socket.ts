import { type FileHandle, open } from "node:fs/promises";
import { connect, Socket } from "node:net";
import { type Foreign, openForeign } from "./foreign.ts";

const signatures = {
  setns: { arguments: ["i32", "i32"], return: "i32" },
  socket: { arguments: ["i32", "i32", "i32"], return: "i32" },
} as const;

// Source: socket(2), setns(2), linux/sched.h.
const families = { 4: 2, 6: 10 } as const;
const streamThatClosesOnExec = 1 | 0o2000000;
const newNetwork = 0x4000_0000;

export interface Destination {
  readonly host: string;
  readonly family: 4 | 6;
  readonly port: number;
}

/** A connection could not even be begun from inside a network namespace. */
class NamespaceShut extends Error {
  readonly code = "NamespaceShut";
  readonly where: string;
  readonly fix: string;
  constructor(namespace: string, why: string, fix: string) {
    super(`network namespace ${namespace} can't be entered: ${why}`);
    this.where = namespace;
    this.fix = fix;
  }
}

/**
 * Connects from inside the network namespace that a file stands for; from where this process is without one. Each end may be
 * closed by itself. A socket stays in the namespace that it was made in, so this thread is there for the time of one system call,
 * and no process has to be there at all. Rejects with Node's own fault, and with `NamespaceShut`.
 */
export async function connectFrom(namespace: string | undefined, to: Destination): Promise<Socket> {
  const { host, family, port } = to;
  const socket =
    namespace === undefined
      ? connect({ host, family, port, allowHalfOpen: true })
      : new Socket({ fd: await innerDescriptor(namespace, families[family]), allowHalfOpen: true }).connect(port, host);
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      resolve(socket);
    });
  });
}

async function innerDescriptor(namespace: string, family: number): Promise<number> {
  const [{ setns, socket }, own] = await Promise.all([calls(), ownNamespace()]);
  const inner = await open(namespace);
  try {
    // Nothing else runs on this thread until it is back.
    if (setns(inner.fd, newNetwork) !== 0)
      throw new NamespaceShut(namespace, "the kernel refuses it", "look whether the pod still runs; run as root");
    const descriptor = socket(family, streamThatClosesOnExec, 0);
    // Going on in there would be worse than any end: all that this process serves would be reached by one pod only.
    if (setns(own.fd, newNetwork) !== 0) process.abort();
    if (descriptor < 0)
      throw new NamespaceShut(namespace, "no socket can be made there", "raise `ulimit -n`, or switch IPv6 on");
    return descriptor;
  } finally {
    await inner.close();
  }
}

/**
 * Our own network namespace for programs that we start; `/proc/PID/ns/net` may be another one at the very moment of
 * `connectFrom`.
 */
export const ownNamespacePath = async (): Promise<string> => `/proc/${process.pid}/fd/${(await ownNamespace()).fd}`;

// Opened once, and kept: a file handle that nobody holds is closed by the garbage collector. Another thread opens it, which never
// leaves its namespace.
let kept: Promise<FileHandle> | undefined;
function ownNamespace(): Promise<FileHandle> {
  kept ??= open("/proc/thread-self/ns/net");
  return kept;
}

let library: Promise<Foreign<typeof signatures> | undefined> | undefined;
async function calls(): Promise<Foreign<typeof signatures>["functions"]> {
  library ??= openForeign("libc.so.6", signatures);
  const libc = await library;
  if (libc !== undefined) return libc.functions;
  throw new NamespaceShut(
    "of a pod",
    "libc can't be called from this Node",
    "start it by bin/portolan, or with --experimental-ffi",
  );
}
