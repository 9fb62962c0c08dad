import type { Socket } from "node:net";
import type { BackendId } from "#core/routes/route-table.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Peer } from "./peer.ts";
import { socketTunnel } from "./socket-tunnel.ts";
import { TwoWay } from "./tunnel.ts";
import type { World } from "./world.ts";

/** Gives a whole connection to an endpoint of a backend, whatever is spoken on it; closed where none can be reached. */
export function passOn(socket: Socket, peer: Peer, id: BackendId, hall: World): void {
  const pool = hall.poolOf(id);
  const tried: Endpoint[] = [];
  let giveUp = (): void => {};
  const gone = (): void => giveUp();
  socket.pause();
  socket.once("close", gone);
  socket.on("error", gone);
  const next = (): void => {
    const endpoint = pool?.choose(tried, peer.address?.text ?? "");
    if (pool === undefined || endpoint === undefined || tried.length > pool.backend.settings.connectRetries) {
      socket.destroy();
      return;
    }
    tried.push(endpoint);
    giveUp = endpoint.reach(peer, { connected: (other) => joined(other, endpoint), failed: next });
  };
  const joined = (other: Socket, endpoint: Endpoint): void => {
    socket.off("close", gone);
    endpoint.active += 1;
    const idleSeconds = pool?.backend.settings.timeouts.read ?? 0;
    const closed = (): void => {
      endpoint.active -= 1;
    };
    new TwoWay({ deadlines: hall.deadlines, idleSeconds, closed }).open(
      (end) => socketTunnel(socket, end, false),
      (end) => socketTunnel(other, end, false),
    );
    socket.resume();
    other.resume();
  };
  next();
}
