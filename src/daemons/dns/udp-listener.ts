import { createSocket } from "node:dgram";
import { once } from "node:events";
import { isIPv6 } from "node:net";
import type { Responder } from "./responder.ts";
import type { ServerAddress } from "./upstreams.ts";

/** Room for a burst that comes while we are busy; the kernel gives at most net.core.rmem_max. */
const RECEIVE_BUFFER_BYTES = 1 << 20;

export interface Listener {
  readonly port: number;
  readonly stop: () => Promise<void>;
}

/** Answers over UDP at one address. Rejects with the system's error where it can't be bound. */
export async function listenUdp({ address, port }: ServerAddress, responder: Responder): Promise<Listener> {
  const socket = createSocket({
    ...(isIPv6(address) ? { type: "udp6", ipv6Only: true } : { type: "udp4" }),
    recvBufferSize: RECEIVE_BUFFER_BYTES,
    // Addresses of clients are numbers already: without this, each answer waits for a look-up of its own.
    lookup: (host, _options, found) => found(null, host, isIPv6(host) ? 6 : 4),
  });
  let isOpen = true;
  socket.on("message", (query, from) => {
    // Nobody listens at port 0; only a forger sends from there.
    if (from.port === 0) return;
    responder.respond(query, "udp", (answer) => {
      if (isOpen) socket.send(answer, from.port, from.address, ignoreLostAnswer);
    });
  });
  const bound = once(socket, "listening").catch((fault: unknown) => {
    socket.close();
    throw fault;
  });
  socket.bind(port, address);
  await bound;
  // What fails for one client (an unreachable network, a full queue) must not end the service for others.
  socket.on("error", ignoreLostAnswer);
  return {
    port: socket.address().port,
    async stop() {
      isOpen = false;
      socket.close();
      await once(socket, "close");
    },
  };
}

// UDP promises nothing: the client asks again.
const ignoreLostAnswer = (): void => {};
