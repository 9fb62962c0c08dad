import type { Socket } from "node:net";
import type { BackendSettings } from "#core/routes/route-table.ts";
import type { Ip } from "#net/ip.ts";
import type { Deadlines } from "./deadlines.ts";
import { type DialEnd, dial } from "./dial.ts";
import { Http1Backend, type Keeper } from "./http1-backend.ts";
import type { Http2Session } from "./http2-backend.ts";
import type { Peer } from "./peer.ts";
import type { AnswerEvents, BackendSide } from "./sides.ts";

/** Who wants a connection to an endpoint. */
export interface Taker {
  readonly peer: Peer;
  /** Of the request: the name for TLS where the backend has none of its own. */
  readonly host: string;
  readonly events: AnswerEvents;
  /** May be sent again where a connection that was used before turns out to be closed. */
  readonly canRepeat: boolean;
  /** Only a new connection will do. */
  readonly isAnew: boolean;
  readonly taken: (side: BackendSide, isReused: boolean) => void;
  /** No connection came about. */
  readonly failed: (because: string) => void;
}

const mostIdle = 128;
const idleSeconds = 55;
/** What can't be repeated goes over a connection that was at work so shortly ago that nobody has closed it for its idleness. */
const freshSeconds = 1;
/** Who can't be connected to is not tried for so long, as long as there are others. */
const shunSeconds = 2;

/** One endpoint of a backend, and the connections to it. */
export class Endpoint implements Keeper {
  readonly ip: Ip;
  readonly port: number;
  /** Requests that it is answering. */
  active = 0;
  readonly #settings: BackendSettings;
  readonly #deadlines: Deadlines;
  readonly #idle: Http1Backend[] = [];
  /** Of an endpoint that speaks HTTP/2. */
  #sessions: readonly Http2Session[] = [];
  #shunnedUntil = 0;
  #isGone = false;

  constructor(
    { ip, port }: { readonly ip: Ip; readonly port: number },
    settings: BackendSettings,
    deadlines: Deadlines,
  ) {
    this.ip = ip;
    this.port = port;
    this.#settings = settings;
    this.#deadlines = deadlines;
  }

  get isShunned(): boolean {
    return this.#shunnedUntil > this.#deadlines.now;
  }

  /** Gives `taker` a connection, at once where one waits. The result takes the wish back. */
  take(taker: Taker): () => void {
    const session = taker.isAnew ? undefined : this.#sessions.find(({ hasRoom }) => hasRoom);
    if (session !== undefined) {
      taker.taken(session.begin(taker.events), true);
      return () => {};
    }
    const waiting = taker.isAnew ? undefined : this.#waiting(taker.canRepeat);
    if (waiting !== undefined) {
      waiting.attend(taker.events);
      taker.taken(waiting, true);
      return () => {};
    }
    const end: DialEnd = { connected: (socket) => this.#connected(socket, taker), failed: taker.failed };
    return this.#dial(taker.peer, taker.host, end);
  }

  /** A connection whose use is none of HTTP. */
  reach(peer: Peer, end: DialEnd): () => void {
    return this.#dial(peer, undefined, end);
  }

  /** No new requests; what is being answered is brought to its end. */
  retire(): void {
    this.#isGone = true;
    for (const connection of [...this.#idle]) connection.destroy();
    for (const session of this.#sessions) session.retire();
  }

  idle(connection: Http1Backend): void {
    // What was said before everything else is true of one client alone.
    if (this.#isGone || this.#settings.proxyHeader !== undefined || this.#idle.length >= mostIdle) {
      connection.destroy();
      return;
    }
    connection.deadline = this.#deadlines.inSeconds(idleSeconds);
    this.#idle.push(connection);
  }

  closed(connection: Http1Backend): void {
    const place = this.#idle.lastIndexOf(connection);
    if (place >= 0) this.#idle.splice(place, 1);
  }

  #dial(peer: Peer, host: string | undefined, end: DialEnd): () => void {
    const [settings, deadlines] = [this.#settings, this.#deadlines];
    return dial(
      { ip: this.ip, port: this.port, settings, deadlines, peer, host },
      {
        connected: (socket) => {
          this.#shunnedUntil = 0;
          end.connected(socket);
        },
        failed: (because) => {
          this.#shunnedUntil = deadlines.inSeconds(shunSeconds);
          end.failed(because);
        },
      },
    );
  }

  #waiting(canRepeat: boolean): Http1Backend | undefined {
    const last = this.#idle.at(-1);
    if (last === undefined) return undefined;
    const since = this.#deadlines.now - last.idleSince;
    return canRepeat || since < freshSeconds * 1000 ? this.#idle.pop() : undefined;
  }

  #connected(socket: Socket, taker: Taker): void {
    const { protocol, timeouts } = this.#settings;
    if (protocol === "h2" || protocol === "h2c") {
      // It may fail before HTTP/2 hears of it.
      socket.on("error", () => socket.destroy());
      import("./http2-backend.ts").then((http2) => this.#beginSession(socket, taker, http2));
      return;
    }
    const connection = new Http1Backend(socket, { keeper: this, deadlines: this.#deadlines, timeouts });
    connection.attend(taker.events);
    taker.taken(connection, false);
  }

  #beginSession(socket: Socket, taker: Taker, { Http2Session }: typeof import("./http2-backend.ts")): void {
    if (socket.destroyed) {
      taker.failed("the connection was closed");
      return;
    }
    const { protocol, timeouts, proxyHeader } = this.#settings;
    const session = new Http2Session(socket, {
      deadlines: this.#deadlines,
      timeouts,
      isSecure: protocol === "h2",
      closed: () => {
        this.#sessions = this.#sessions.filter((one) => one !== session);
      },
    });
    // What was said before everything else is true of one client alone.
    if (!this.#isGone && proxyHeader === undefined) this.#sessions = [...this.#sessions, session];
    taker.taken(session.begin(taker.events), false);
    if (this.#isGone || proxyHeader !== undefined) session.retire();
  }
}
