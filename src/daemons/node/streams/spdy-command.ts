import type { Duplex } from "node:stream";
import { type CommandStreams, openingSeconds, type Wanted } from "./command-streams.ts";
import { SpdySession, type SpdyStream } from "./spdy-session.ts";

/** The sub-protocols that carry an error stream with a Status; v5 adds nothing that SPDY needs. Newest first. */
const spoken = ["v5.channel.k8s.io", "v4.channel.k8s.io"] as const;

/** The sub-protocol to answer with; undefined where the client offers none that we speak. */
export const chooseSpdyProtocol = (offered: string): string | undefined => {
  const names = offered.split(",").map((name) => name.trim());
  return spoken.find((name) => names.includes(name));
};

/**
 * The streams of an exec over SPDY/3.1: the client opens one per direction, named by its header `streamtype`.
 * Rejects where they aren't all open in time.
 */
export function spdyCommand(socket: Duplex, wanted: Wanted): Promise<CommandStreams> {
  const needed = ["error", ...(["stdin", "stdout", "stderr"] as const).filter((name) => wanted[name])];
  const opened = new Map<string, SpdyStream>();
  const gone = new AbortController();
  socket.on("close", () => gone.abort());
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      socket.destroy();
      reject(new StreamsMissing(needed.filter((name) => !opened.has(name))));
    }, openingSeconds * 1000);
    const session = new SpdySession(socket, (stream) => {
      opened.set(stream.headers.get("streamtype") ?? "", stream);
      if (!needed.every((name) => opened.has(name))) return;
      clearTimeout(late);
      resolve(streamsOf(session, opened, gone.signal));
    });
    gone.signal.addEventListener("abort", () => clearTimeout(late));
  });
}

/** The client did not open the streams that its own request names. */
export class StreamsMissing extends Error {
  readonly code = "StreamsMissing";
  constructor(names: readonly string[]) {
    super(`the client did not open: ${names.join(", ")}`);
  }
}

function streamsOf(session: SpdySession, opened: ReadonlyMap<string, SpdyStream>, gone: AbortSignal): CommandStreams {
  const error = opened.get("error");
  return {
    stdin: opened.get("stdin"),
    stdout: opened.get("stdout"),
    stderr: opened.get("stderr"),
    gone,
    finish(status) {
      for (const name of ["stdout", "stderr"]) opened.get(name)?.end();
      error?.end(JSON.stringify(status), () => session.close());
    },
  };
}
