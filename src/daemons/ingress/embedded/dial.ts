import { connect, type Socket } from "node:net";
import type { BackendSettings } from "#core/routes/route-table.ts";
import type { Deadlines, Timed } from "./deadlines.ts";
import type { Peer } from "./peer.ts";

/** A connection to an endpoint, ready for a request. */
export type Dialled = Socket;

export interface Wanted {
  readonly ip: string;
  readonly port: number;
  readonly settings: BackendSettings;
  readonly deadlines: Deadlines;
  readonly peer: Peer;
  readonly host: string;
}

export interface DialEnd {
  readonly connected: (socket: Dialled) => void;
  readonly failed: (because: string) => void;
}

/** Connects to an endpoint; the result gives it up. */
export function dial(wanted: Wanted, end: DialEnd): () => void {
  const { ip, port, settings, deadlines } = wanted;
  const socket = connect({ host: ip, port, noDelay: true, allowHalfOpen: true });
  const finished = (): void => {
    deadlines.remove(timed);
    socket.removeAllListeners();
  };
  const fail = (because: string): void => {
    finished();
    // What still happens to it concerns nobody.
    socket.on("error", () => {});
    socket.destroy();
    end.failed(because);
  };
  const timed: Timed = {
    deadline: deadlines.inSeconds(settings.timeouts.connect),
    overdue: () => fail(`no connection within ${settings.timeouts.connect} s`),
  };
  deadlines.add(timed);
  socket.once("connect", () => {
    finished();
    end.connected(socket);
  });
  socket.once("error", (error) => fail(error.message));
  return () => {
    finished();
    socket.on("error", () => {});
    socket.destroy();
  };
}
