import { once } from "node:events";
import { rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";

/** Where a listener is bound: a port, on one address or all, or a unix socket. */
export type Place = { readonly port: number; readonly host?: string } | { readonly path: string };

/** A listener that a table wants, and what becomes of its connections. */
export interface Door {
  readonly id: string;
  readonly place: Place;
  readonly accept: (socket: Socket) => void;
}

interface Bound {
  door: Door;
  readonly server: Server;
}

/** The sockets that clients connect to, as a table has them. */
export class Listeners {
  #bound = new Map<string, Bound>();
  readonly #sockets = new Set<Socket>();

  /** Rejects with the system's error where a socket can't be bound; then all are as they were. */
  async follow(doors: readonly Door[]): Promise<void> {
    const next = new Map<string, Bound>();
    const opened: Bound[] = [];
    try {
      for (const door of doors) {
        const known = this.#bound.get(door.id);
        const stays = known !== undefined && JSON.stringify(known.door.place) === JSON.stringify(door.place);
        const bound = stays ? known : await this.#open(door);
        if (!stays) opened.push(bound);
        next.set(door.id, bound);
      }
    } catch (error) {
      for (const { server } of opened) server.close();
      throw error;
    }
    for (const door of doors) {
      const bound = next.get(door.id);
      if (bound !== undefined) bound.door = door;
    }
    for (const [id, bound] of this.#bound) if (next.get(id) !== bound) bound.server.close();
    this.#bound = next;
  }

  /** The port, or the path of the unix socket; undefined where there is no such listener. */
  boundAt(id: string): number | string | undefined {
    const address = this.#bound.get(id)?.server.address();
    return address === null || typeof address !== "object" ? (address ?? undefined) : address.port;
  }

  /** Ends all connections, whatever they are at. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
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

  async #open(door: Door): Promise<Bound> {
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    const bound: Bound = { door, server };
    server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
      bound.door.accept(socket);
    });
    // A process that was killed leaves its socket in the folder, which is the engine's own.
    if ("path" in door.place) await rm(door.place.path, { force: true });
    server.listen({ ...door.place, backlog: 4096 });
    await once(server, "listening");
    // A connection that can't be taken, for want of file descriptors, must not end the service for others.
    server.on("error", () => {});
    return bound;
  }
}
