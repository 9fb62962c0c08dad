import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { connect, isIPv6 } from "node:net";
import { MAX_TCP_BYTES, RCODE } from "#core/dns/message.ts";
import type { Name } from "#core/dns/name.ts";
import { type Asking, encodeAsking, type Judged, judgeReply, type Reply } from "#core/dns/upstream-reply.ts";
import { framed, MessageFrames } from "./tcp-frames.ts";
import type { ServerAddress } from "./upstreams.ts";

export interface ForeignQuestion {
  /** In lower case. */
  readonly name: Name;
  readonly type: number;
}

/** How asking one server ended. */
export type Outcome =
  | { readonly kind: "reply"; readonly reply: Reply }
  | { readonly kind: "refused"; readonly rcode: number }
  /** The network said at once that nobody is there. */
  | { readonly kind: "unreachable" }
  /** No answer before the signal came. */
  | { readonly kind: "silent" };
type Heard = Outcome | Extract<Judged, { readonly kind: "truncated" }>;

/** Asks one server: over UDP, over TCP where the answer is larger, without EDNS where that isn't understood. Never rejects. */
export async function exchange(
  server: ServerAddress,
  question: ForeignQuestion,
  signal: AbortSignal,
): Promise<Outcome> {
  const first = await askOverUdp(server, askingFor(question, true), signal);
  const isOld = first.kind === "refused" && (first.rcode === RCODE.FORMERR || first.rcode === RCODE.NOTIMP);
  const short = isOld ? await askOverUdp(server, askingFor(question, false), signal) : first;
  if (short.kind !== "truncated") return short;
  const long = await askOverTcp(server, askingFor(question, !isOld), signal);
  if (long.kind === "truncated") return { kind: "refused", rcode: RCODE.SERVFAIL };
  // What doesn't fit a datagram is too large to be kept.
  return long.kind === "reply" ? { kind: "reply", reply: { ...long.reply, lifetimeSeconds: 0 } } : long;
}

// A forger has to guess the id and the port, which the kernel draws anew for every socket (RFC 5452 section 9.2).
const askingFor = ({ name, type }: ForeignQuestion, withEdns: boolean): Asking => ({
  id: randomInt(65_536),
  name,
  type,
  withEdns,
});

// The socket is connected, so that the kernel drops what others send, and hands us the ICMP errors.
const askOverUdp = (server: ServerAddress, asking: Asking, signal: AbortSignal): Promise<Heard> =>
  firstHeard(signal, (settle) => {
    const socket = createSocket(isIPv6(server.address) ? "udp6" : "udp4");
    let isOpen = true;
    const unreachable = (): void => settle({ kind: "unreachable" });
    socket.on("error", unreachable);
    socket.on("message", (bytes) => {
      const judged = judgeReply(bytes, asking);
      if (judged.kind !== "foreign") settle(judged);
    });
    socket.connect(server.port, server.address, (fault?: unknown) => {
      if (fault !== undefined) unreachable();
      else if (isOpen) socket.send(encodeAsking(asking));
    });
    return () => {
      isOpen = false;
      socket.close();
    };
  });

const askOverTcp = (server: ServerAddress, asking: Asking, signal: AbortSignal): Promise<Heard> =>
  firstHeard(signal, (settle) => {
    const frames = new MessageFrames(MAX_TCP_BYTES);
    const socket = connect(server.port, server.address, () => socket.write(framed(encodeAsking(asking))));
    socket.on("error", () => settle({ kind: "unreachable" }));
    socket.on("close", () => settle({ kind: "unreachable" }));
    socket.on("data", (chunk: Buffer) => {
      for (const bytes of frames.push(chunk)) {
        const judged = judgeReply(bytes, asking);
        if (judged.kind !== "foreign") settle(judged);
      }
    });
    return () => socket.destroy();
  });

/** What is heard first, or silence when the signal comes before. `begin` returns how to release its socket. */
function firstHeard(signal: AbortSignal, begin: (settle: (heard: Heard) => void) => () => void): Promise<Heard> {
  if (signal.aborted) return Promise.resolve({ kind: "silent" });
  const { promise, resolve } = Promise.withResolvers<Heard>();
  const silent = (): void => resolve({ kind: "silent" });
  signal.addEventListener("abort", silent);
  const release = begin(resolve);
  return promise.finally(() => {
    signal.removeEventListener("abort", silent);
    release();
  });
}
