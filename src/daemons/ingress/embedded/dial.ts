import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import type { BackendSettings } from "#core/routes/route-table.ts";
import { type Ip, mustIp } from "#net/ip.ts";
import { writeProxyHeader } from "#net/proxy-header.ts";
import type { Deadlines, Timed } from "./deadlines.ts";
import type { Peer } from "./peer.ts";

/** Whom a connection is wanted to, and for whom. */
export interface Wanted {
  readonly ip: Ip;
  readonly port: number;
  readonly settings: BackendSettings;
  readonly deadlines: Deadlines;
  readonly peer: Peer;
  /** The name for TLS where the backend has none of its own; undefined: no TLS, whatever the backend speaks. */
  readonly host: string | undefined;
}

export interface DialEnd {
  readonly connected: (socket: Socket) => void;
  readonly failed: (because: string) => void;
}

const nobody = mustIp("0.0.0.0");

/** Connects to an endpoint, with all that comes before the first request: the PROXY header, and TLS. The result gives it up. */
export function dial(wanted: Wanted, end: DialEnd): () => void {
  const { ip, port, settings, deadlines, host } = wanted;
  const sockets: Socket[] = [];
  const finished = (): void => {
    deadlines.remove(timed);
    for (const socket of sockets) {
      socket.off("error", failedBy);
      socket.off("close", closed);
    }
  };
  const giveUp = (): void => {
    finished();
    // What still happens to them concerns nobody.
    for (const socket of sockets) socket.on("error", () => {}).destroy();
  };
  const fail = (because: string): void => {
    giveUp();
    end.failed(because);
  };
  const failedBy = (error: Error): void => fail(error.message);
  const closed = (): void => fail("the connection was closed");
  const watched = <S extends Socket>(socket: S): S => {
    sockets.push(socket);
    socket.once("error", failedBy);
    socket.once("close", closed);
    return socket;
  };
  const timed: Timed = {
    deadline: deadlines.inSeconds(settings.timeouts.connect),
    overdue: () => fail(`no connection within ${settings.timeouts.connect} s`),
  };
  const done = (socket: Socket): void => {
    finished();
    end.connected(socket);
  };
  deadlines.add(timed);
  const plain = watched(connect({ host: ip.text, port, noDelay: true, allowHalfOpen: true }));
  plain.once("connect", () => {
    if (settings.proxyHeader !== undefined) plain.write(proxyHeader(wanted, settings.proxyHeader));
    if (host === undefined || settings.protocol === "http" || settings.protocol === "h2c") done(plain);
    else {
      const secured = watched(startTls(plain, settings, host));
      secured.once("secureConnect", () => {
        if (settings.protocol === "h2" && secured.alpnProtocol !== "h2") fail("the endpoint doesn't speak HTTP/2");
        else done(secured);
      });
    }
  });
  return giveUp;
}

function proxyHeader({ ip, port, peer }: Wanted, version: "v1" | "v2"): Uint8Array {
  const source = peer.address ?? nobody;
  return writeProxyHeader(version, { source, sourcePort: peer.port, destination: ip, destinationPort: port });
}

/** An endpoint's certificate is its own affair, unless its Ingress says otherwise. */
function startTls(socket: Socket, { serverName, checksServer, protocol }: BackendSettings, host: string): TLSSocket {
  const name = serverName ?? host.replace(/:\d*$/, "");
  return connectTls({
    socket,
    rejectUnauthorized: checksServer === true,
    ALPNProtocols: [protocol === "h2" ? "h2" : "http/1.1"],
    // Addresses can't be asked for by name (RFC 6066 section 3).
    ...(isIP(name.replace(/^\[|\]$/g, "")) === 0 ? { servername: name } : {}),
  });
}
