import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import type { Listener, RouteTable } from "#core/routes/route-table.ts";
import { Http1Client } from "./http1-client.ts";
import { isTrusted, socketIp } from "./peer.ts";
import type { Service } from "./service.ts";

/** Where a listener is bound: a port, on one address or all, or a unix socket. */
export type Place = { readonly port: number; readonly host?: string } | { readonly path: string };

interface Bound {
  listener: Listener;
  readonly place: Place;
  readonly server: Server;
}

/** The sockets that clients connect to, as a table's listeners have them. */
export class Listeners {
  readonly #service: Service;
  readonly #placeOf: (listener: Listener) => Place;
  #bound = new Map<string, Bound>();

  constructor(service: Service, placeOf: (listener: Listener) => Place) {
    this.#service = service;
    this.#placeOf = placeOf;
  }

  /** Rejects with the system's error where a socket can't be bound; then all are as they were. */
  async follow({ listeners }: RouteTable): Promise<void> {
    const next = new Map<string, Bound>();
    const opened: Bound[] = [];
    try {
      for (const listener of listeners) {
        const place = this.#placeOf(listener);
        const known = this.#bound.get(listener.id);
        const stays = known !== undefined && JSON.stringify(known.place) === JSON.stringify(place);
        const bound = stays ? known : await this.#open(listener, place);
        if (!stays) opened.push(bound);
        next.set(listener.id, bound);
      }
    } catch (error) {
      for (const { server } of opened) server.close();
      throw error;
    }
    for (const listener of listeners) {
      const bound = next.get(listener.id);
      if (bound !== undefined) bound.listener = listener;
    }
    for (const [id, bound] of this.#bound) if (next.get(id) !== bound) bound.server.close();
    this.#bound = next;
  }

  boundAt(id: string): number | string | undefined {
    const address = this.#bound.get(id)?.server.address();
    return address === null || typeof address !== "object" ? (address ?? undefined) : address.port;
  }

  /** Resolves when all connections have ended. */
  async close(): Promise<void> {
    const servers = [...this.#bound.values()].map(({ server }) => server);
    this.#bound = new Map();
    await Promise.all(
      servers.map(async (server) => {
        const closed = once(server, "close");
        server.close();
        await closed;
      }),
    );
  }

  async #open(listener: Listener, place: Place): Promise<Bound> {
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    const bound: Bound = { listener, place, server };
    server.on("connection", (socket) => this.#accept(socket, bound));
    server.listen({ ...place, backlog: 4096 });
    await once(server, "listening");
    // A connection that can't be taken, for want of file descriptors, must not end the service for others.
    server.on("error", () => {});
    return bound;
  }

  #accept(socket: Socket, { listener }: Bound): void {
    const address = socketIp(socket.remoteAddress);
    const peer = {
      listener,
      address,
      port: socket.remotePort ?? 0,
      trusted: isTrusted(listener, address),
      serverName: undefined,
    };
    new Http1Client(socket, peer, this.#service);
  }
}
