import type { Duplex } from "node:stream";
import type { CommandStreams, Wanted } from "./command-streams.ts";
import { NotSpdy } from "./spdy-frames.ts";
import { SpdySession, type SpdyStream } from "./spdy-session.ts";
import { TerminalSizes } from "./terminal-sizes.ts";

/** The sub-protocols that carry an error stream with a Status; v5 adds nothing that SPDY needs. */
const spoken: readonly string[] = ["v5.channel.k8s.io", "v4.channel.k8s.io"];

/** The first of the client's sub-protocols that we speak; undefined where there is none. */
export const chooseSpdyProtocol = (offered: string): string | undefined =>
  offered
    .split(",")
    .map((name) => name.trim())
    .find((name) => spoken.includes(name));

/** The sub-protocols, as a refusal lists them. */
export const spdyProtocols = spoken.join(", ");

/** The client did not open the streams that its own request names, or went away before. */
export class StreamsMissing extends Error {
  readonly code = "StreamsMissing";
  constructor(names: readonly string[]) {
    super(`the client did not open: ${names.join(", ")}`);
  }
}

/**
 * The streams of an exec over SPDY/3.1: the client opens one per direction, named by its header `streamtype`. Rejects with
 * `StreamsMissing` where they aren't all open within `seconds`; the connection is closed then.
 */
export function spdyCommand(socket: Duplex, wanted: Wanted, seconds: number): Promise<CommandStreams> {
  const needed = ["error", ...(["stdin", "stdout", "stderr"] as const).filter((name) => wanted[name])];
  if (wanted.tty) needed.push("resize");
  // Of the second output that a terminal does not have.
  const tolerated = wanted.tty ? ["stderr"] : [];
  const isAskedFor = (name: string): boolean => needed.includes(name) || tolerated.includes(name);
  const opened = new Map<string, SpdyStream>();
  const gone = new AbortController();
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => socket.destroy(), seconds * 1000);
    socket.once("close", () => {
      clearTimeout(late);
      gone.abort();
      reject(new StreamsMissing(needed.filter((name) => !opened.has(name))));
    });
    const session = new SpdySession(socket, (stream) => {
      const name = stream.headers.get("streamtype") ?? "";
      if (!isAskedFor(name) || opened.has(name)) throw new NotSpdy(`nobody asked for another stream "${name}"`);
      opened.set(name, stream);
      if (!needed.every((one) => opened.has(one))) return;
      clearTimeout(late);
      resolve(streamsOf(session, opened, gone.signal));
    });
  });
}

function streamsOf(session: SpdySession, opened: ReadonlyMap<string, SpdyStream>, gone: AbortSignal): CommandStreams {
  const sizes = new TerminalSizes();
  opened.get("resize")?.on("data", (bytes: Buffer) => sizes.take(bytes));
  return {
    stdin: opened.get("stdin"),
    stdout: opened.get("stdout"),
    stderr: opened.get("stderr"),
    sizes,
    gone,
    ping: () => session.ping(),
    finish(ending) {
      opened.get("error")?.end(JSON.stringify(ending), () => session.close());
    },
  };
}
