import type { Socket } from "node:net";
import { getSystemErrorMessage } from "node:util";
import type { PodAccess } from "./pod-access.ts";
import type { SpdyStream } from "./streams/spdy-session.ts";

/** What a client opens for each connection. */
export interface StreamPair {
  readonly port: number;
  readonly data: SpdyStream;
  /** Says why it failed, if it did, and ends with it. */
  readonly error: SpdyStream;
}

/**
 * Carries one connection to a port inside a sandbox until both directions have ended; each may end by itself. Never rejects: what goes
 * wrong is told on the pair's error stream, in the words of containerd and of the CRI streaming server's httpStreamHandler.
 */
export async function forward(pods: PodAccess, sandbox: string, { port, data, error }: StreamPair): Promise<void> {
  const reached = await reach(pods, sandbox, port);
  if (reached.kind === "refused") {
    error.end(`error forwarding port ${port} to pod ${sandbox}, uid : ${reached.why}`);
    data.resume(); // else what the client has sent already would hold up its other connections
    data.end();
    return;
  }
  // Before it closes its own connection, kubectl waits for the end of both streams, even where it could say more.
  data.once("finish", () => error.end());
  await carry(reached.socket, data);
  error.end();
}

/** Resolves when both directions have ended, or one end has broken off. */
function carry(socket: Socket, data: SpdyStream): Promise<void> {
  socket.setNoDelay(true);
  return new Promise((resolve) => {
    socket.once("error", () => data.reset("cancel")); // which must not look like an end
    socket.once("close", () => resolve());
    // A program whose client has broken off must not take that for its end.
    const leave = (): unknown => (data.readableEnded && data.writableFinished) || socket.resetAndDestroy();
    if (data.destroyed) leave();
    else data.once("close", leave);
    socket.pipe(data);
    data.pipe(socket);
  });
}

type Reached =
  | { readonly kind: "connected"; readonly socket: Socket }
  | { readonly kind: "refused"; readonly why: string };

/** A program may listen on one family only. As containerd does, one is tried after the other. */
async function reach(pods: PodAccess, sandbox: string, port: number): Promise<Reached> {
  const four = await attempt(pods.connect(sandbox, { host: "127.0.0.1", family: 4, port }));
  if (four.kind === "connected") return four;
  const six = await attempt(pods.connect(sandbox, { host: "::1", family: 6, port }));
  if (six.kind === "connected") return six;
  const where = `failed to connect to localhost:${port} inside namespace ${JSON.stringify(sandbox)}`;
  const tried = `IPv4: dial tcp4 127.0.0.1:${port}: ${four.why} IPv6 dial tcp6 [::1]:${port}: ${six.why} `;
  return { kind: "refused", why: `${where}, ${tried}` };
}

const attempt = (connecting: Promise<Socket>): Promise<Reached> =>
  connecting.then(
    (socket) => ({ kind: "connected", socket }),
    (fault: unknown) => ({ kind: "refused", why: reasonOf(fault) }),
  );

/** libc's sentence behind the system call's name, as Go has it. */
function reasonOf(fault: unknown): string {
  if (!(fault instanceof Error)) return String(fault);
  return "errno" in fault && typeof fault.errno === "number"
    ? `connect: ${getSystemErrorMessage(fault.errno)}`
    : fault.message;
}
