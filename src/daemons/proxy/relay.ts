import { createSocket, type RemoteInfo, type Socket as UdpSocket } from "node:dgram";
import { once } from "node:events";
import { connect, createServer, isIPv6, type Socket } from "node:net";
import type { Opening } from "./openings.ts";

/** A port of the machine's own loopback address that leads to the same port of the node's address. */
export interface Relayed {
  readonly protocol: "TCP" | "UDP";
  /** 127.0.0.1 or ::1. */
  readonly from: string;
  /** The node's address of that family, at which the rules serve the port. */
  readonly to: string;
  readonly port: number;
}

/**
 * Makes a node port answer on localhost too. The kernel would translate packets of the loopback only with route_localnet, by which
 * every neighbour on the LAN could reach what listens on 127.0.0.1 (CVE-2020-8558); this way connections begin at the node itself.
 * Rejects with the system's error where the port is somebody else's.
 */
export const relay = (relayed: Relayed): Promise<Opening> =>
  relayed.protocol === "TCP" ? relayTcp(relayed) : relayUdp(relayed);

async function relayTcp({ from, to, port }: Relayed): Promise<Opening> {
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const onward = connect({ host: to, port, allowHalfOpen: true });
    for (const [socket, other] of [
      [client, onward],
      [onward, client],
    ] as const) {
      open.add(socket);
      socket.setNoDelay(true);
      // Whatever ends one side ends the other alike: a refusal arrives as one.
      socket.on("error", () => other.resetAndDestroy());
      socket.once("close", () => open.delete(socket));
    }
    client.pipe(onward);
    onward.pipe(client);
  });
  server.listen(port, from);
  await once(server, "listening");
  return {
    async close() {
      const closed = once(server, "close");
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

/** A client that is silent for so long has gone; and so many are served at a time. */
const silenceMs = 60_000;
const mostClients = 1024;

async function relayUdp({ from, to, port }: Relayed): Promise<Opening> {
  const listening = createSocket(isIPv6(from) ? { type: "udp6", ipv6Only: true } : { type: "udp4" });
  const clients = new Map<string, UdpClient>();
  const bound = once(listening, "listening").catch((fault: unknown) => {
    listening.close();
    throw fault;
  });
  listening.bind(port, from);
  await bound;
  listening.on("error", () => {}); // an answer that a client does not want any more
  listening.on("message", (message, { address, port: sender }) => {
    const key = `${address} ${sender}`;
    const known = clients.get(key);
    if (known === undefined && clients.size >= mostClients) return; // as a full queue: UDP promises nothing
    const client = known ?? new UdpClient({ to, port }, (answer) => listening.send(answer, sender, address));
    if (known === undefined) {
      clients.set(key, client);
      client.onEnd(() => clients.delete(key));
    }
    client.send(message);
  });
  return {
    async close() {
      for (const client of [...clients.values()]) client.end();
      const closed = once(listening, "close");
      listening.close();
      await closed;
    },
  };
}

interface Target {
  readonly to: string;
  readonly port: number;
}

/** One client of a UDP port: a socket of its own, so that its datagrams stay one flow with one endpoint. */
class UdpClient {
  readonly #socket: UdpSocket;
  readonly #target: Target;
  readonly #silence: NodeJS.Timeout;
  #ended = false;
  #whenEnded: () => void = () => {};

  constructor(target: Target, answered: (message: Buffer) => void) {
    this.#target = target;
    this.#socket = createSocket(isIPv6(target.to) ? "udp6" : "udp4");
    this.#silence = setTimeout(() => this.end(), silenceMs).unref();
    this.#socket.on("error", () => this.end());
    this.#socket.on("message", (message: Buffer, { address }: RemoteInfo) => {
      if (address === target.to) answered(message);
    });
  }

  onEnd(whenEnded: () => void): void {
    this.#whenEnded = whenEnded;
  }

  send(message: Buffer): void {
    this.#silence.refresh();
    this.#socket.send(message, this.#target.port, this.#target.to);
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#silence);
    this.#socket.close();
    this.#whenEnded();
  }
}
