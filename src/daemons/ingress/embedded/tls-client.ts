import type { Socket } from "node:net";
import { type SecureContext, TLSSocket } from "node:tls";
import type { CertificateShelf } from "./certificates.ts";
import type { Deadlines, Timed } from "./deadlines.ts";

/** A connection whose TLS is agreed upon. */
export interface Secured {
  readonly socket: TLSSocket;
  /** What the client has asked for, in lower case. */
  readonly serverName: string | undefined;
  readonly speaks: "h2" | "http/1.1";
}

const protocols = ["h2", "http/1.1"];

/** Does a client's TLS handshake; a connection that fails, or isn't done in time, is closed. */
export function secure(
  socket: Socket,
  shelf: CertificateShelf,
  { deadlines, seconds }: { readonly deadlines: Deadlines; readonly seconds: number },
  done: (secured: Secured) => void,
): void {
  const fallback = shelf.contextOf(undefined);
  const secured = new TLSSocket(socket, {
    isServer: true,
    ALPNProtocols: protocols,
    ...(fallback === undefined ? {} : { secureContext: fallback }),
    SNICallback: (name: string, answer: (error: Error | null, context?: SecureContext) => void) =>
      answer(null, shelf.contextOf(name)),
  });
  const failed = (): void => {
    deadlines.remove(timed);
    secured.destroy();
    socket.destroy();
  };
  const timed: Timed = { deadline: deadlines.inSeconds(seconds), overdue: failed };
  deadlines.add(timed);
  secured.once("error", failed);
  secured.once("close", failed);
  socket.once("error", failed);
  secured.once("secure", () => {
    deadlines.remove(timed);
    secured.off("error", failed);
    secured.off("close", failed);
    // Node says so itself only of sockets that a tls.Server has made, and HTTP/2 waits for it.
    Object.assign(secured, { secureConnecting: false });
    const { servername, alpnProtocol } = secured;
    done({
      socket: secured,
      serverName: typeof servername === "string" && servername !== "" ? servername.toLowerCase() : undefined,
      speaks: alpnProtocol === "h2" ? "h2" : "http/1.1",
    });
  });
}
