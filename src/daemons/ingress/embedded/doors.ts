import type { Socket } from "node:net";
import type { Listener, RouteTable, StreamRoute } from "#core/routes/route-table.ts";
import { parseIp } from "#net/ip.ts";
import type { ProxiedConnection } from "#net/proxy-header.ts";
import { peekServerName, takeProxyHeader } from "./arrivals.ts";
import type { CertificateShelf } from "./certificates.ts";
import { Http1Client } from "./http1-client.ts";
import type { Door, Place } from "./listeners.ts";
import { passOn } from "./pass-on.ts";
import { isTrusted, type Peer, plainPeer } from "./peer.ts";
import type { Service } from "./service.ts";
import { secure } from "./tls-client.ts";
import type { World } from "./world.ts";

/** What doors need of the engine. */
export interface Hall extends Service, World {
  readonly shelf: CertificateShelf;
  readonly table: () => RouteTable | undefined;
}

/** The door of an HTTP listener. */
export function httpDoor(listener: Listener, place: Place, hall: Hall): Door {
  // What comes by a unix socket comes from a proxy on this machine that has done the TLS and says whom it speaks for.
  const isDetour = "path" in place;
  const named = isDetour || listener.acceptsProxyHeader;
  return {
    id: listener.id,
    place,
    accept: (socket) => {
      const peer = plainPeer(socket, listener);
      if (!named) {
        enter(socket, peer, hall, isDetour);
        return;
      }
      if (!isDetour && listener.trusted.length > 0 && !isTrusted(listener, peer.address)) {
        socket.destroy();
        return;
      }
      takeProxyHeader(socket, termsOf(hall), (connection) => enter(socket, said(peer, connection), hall, isDetour));
    },
  };
}

/** The door of a TCP stream. */
export function streamDoor(stream: StreamRoute, place: Place, hall: Hall): Door {
  return {
    id: stream.id,
    place,
    accept: (socket) => {
      const listener = listenerOf(stream);
      const peer = plainPeer(socket, listener);
      const go = (named: Peer): void => passOn(socket, named, stream.backend, hall);
      if (stream.acceptsProxyHeader) takeProxyHeader(socket, termsOf(hall), (connection) => go(said(peer, connection)));
      else go(peer);
    },
  };
}

/** A stream's connections have no routes; its peer is described alike. */
const listenerOf = ({ id, port, acceptsProxyHeader }: StreamRoute): Listener => ({
  id,
  port,
  protocol: "HTTP",
  routes: "",
  trusted: [],
  acceptsProxyHeader,
});

const termsOf = ({ deadlines, limits }: Hall) => ({ deadlines, seconds: limits.headSeconds });

function said(peer: Peer, connection: ProxiedConnection | undefined): Peer {
  return connection === undefined ? peer : { ...peer, address: connection.source, port: connection.sourcePort };
}

function enter(socket: Socket, peer: Peer, hall: Hall, isDetour: boolean): void {
  if (peer.listener.protocol === "HTTP" || isDetour) {
    new Http1Client(socket, peer, hall);
    // It was stopped while its first bytes were looked at.
    socket.resume();
    return;
  }
  const passthroughs = hall.table()?.passthroughs;
  if (passthroughs === undefined || passthroughs.size === 0) {
    enterByTls(socket, peer, hall);
    return;
  }
  peekServerName(socket, termsOf(hall), (name) => {
    const through =
      name === undefined
        ? undefined
        : (passthroughs.get(name) ?? passthroughs.get(`*${name.slice(name.indexOf("."))}`));
    if (through === undefined) enterByTls(socket, peer, hall);
    else passOn(socket, peer, through.backend, hall);
  });
}

function enterByTls(socket: Socket, peer: Peer, hall: Hall): void {
  secure(socket, hall.shelf, termsOf(hall), (secured) => {
    const named: Peer = { ...peer, serverName: nameOf(secured.serverName) };
    if (secured.speaks === "http/1.1") {
      new Http1Client(secured.socket, named, hall);
      return;
    }
    // It may fail before HTTP/2 hears of it.
    secured.socket.on("error", () => secured.socket.destroy());
    import("./http2-client.ts").then(({ serveHttp2 }) => {
      if (!secured.socket.destroyed) serveHttp2(secured.socket, named, hall);
    });
  });
}

/** An address is no name: clients that dial one may say it. */
const nameOf = (name: string | undefined): string | undefined =>
  name === undefined || parseIp(name) !== undefined ? undefined : name;
