import type { Socket } from "node:net";
import type { Tunnel, TunnelEnd } from "./sides.ts";

const events = ["data", "end", "drain", "error", "close"] as const;

/** Takes a socket from whoever read it so far: from now on `end` hears what comes. */
export function socketTunnel(socket: Socket, end: TunnelEnd, hasEnded: boolean): Tunnel {
  for (const event of events) socket.removeAllListeners(event);
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
