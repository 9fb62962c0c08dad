import type { Socket } from "node:net";
import type { Tunnel, TunnelEnd } from "./sides.ts";

/** From now on `end` hears what comes on a socket; whoever read it so far turns a deaf ear. */
export function socketTunnel(socket: Socket, end: TunnelEnd, hasEnded: boolean): Tunnel {
  socket.on("data", (bytes: Buffer) => end.bytes(bytes));
  socket.on("drain", () => end.drained());
  socket.on("end", () => end.ended());
  // The error itself says nothing that the end doesn't.
  socket.on("error", () => socket.destroy());
  socket.on("close", () => end.gone());
  socket.setNoDelay(true);
  if (hasEnded) setImmediate(() => end.ended());
  return {
    write: (bytes) => socket.write(bytes),
    end: () => socket.end(),
    destroy: () => socket.destroy(),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
  };
}
