import type { Socket } from "node:net";
import { type ProxiedConnection, readProxyHeader } from "#net/proxy-header.ts";
import { readClientHello } from "#net/tls-hello.ts";
import type { Deadlines, Timed } from "./deadlines.ts";

/** What is read off a connection before it is known whose it is: undefined where more has to come, else what is left to others. */
type Look<T> = (bytes: Buffer) => { readonly found: T; readonly rest: Buffer } | "refused" | undefined;

interface Terms {
  readonly deadlines: Deadlines;
  readonly seconds: number;
}

/** Looks at the first bytes of a connection; what they don't need is put back. A connection that says something else, or nothing in time, is closed. */
function beginning<T>(socket: Socket, { deadlines, seconds }: Terms, look: Look<T>, done: (found: T) => void): void {
  let gathered: Buffer = Buffer.alloc(0);
  const finished = (): void => {
    deadlines.remove(timed);
    socket.off("data", arrived);
    socket.off("error", failed);
    socket.off("close", finished);
    socket.off("end", failed);
  };
  const failed = (): void => {
    finished();
    socket.destroy();
  };
  const timed: Timed = { deadline: deadlines.inSeconds(seconds), overdue: failed };
  const arrived = (bytes: Buffer): void => {
    gathered = gathered.length === 0 ? bytes : Buffer.concat([gathered, bytes]);
    const seen = look(gathered);
    if (seen === undefined) return;
    if (seen === "refused") {
      failed();
      return;
    }
    finished();
    socket.pause();
    if (seen.rest.length > 0) socket.unshift(seen.rest);
    done(seen.found);
  };
  deadlines.add(timed);
  socket.on("data", arrived);
  socket.on("error", failed);
  socket.on("end", failed);
  socket.on("close", finished);
}

/** Takes the PROXY header off; undefined: the proxy speaks for itself. Whoever has none is closed. */
export function takeProxyHeader(
  socket: Socket,
  terms: Terms,
  done: (connection: ProxiedConnection | undefined) => void,
): void {
  const look: Look<ProxiedConnection | undefined> = (bytes) => {
    const header = readProxyHeader(bytes);
    if (header.kind === "more") return undefined;
    if (header.kind === "refused") return "refused";
    return { found: header.kind === "proxied" ? header.connection : undefined, rest: bytes.subarray(header.bytes) };
  };
  beginning(socket, terms, look, done);
}

/** Looks which name a TLS client asks for, and leaves its greeting where it was. */
export function peekServerName(socket: Socket, terms: Terms, done: (name: string | undefined) => void): void {
  const look: Look<string | undefined> = (bytes) => {
    const hello = readClientHello(bytes);
    if (hello.kind === "more") return undefined;
    return hello.kind === "refused" ? "refused" : { found: hello.serverName, rest: bytes };
  };
  beginning(socket, terms, look, done);
}
