import type { Socket } from "node:net";
import { hostname, showPeer } from "./identity.ts";

/** A line that never ends is given back in pieces of this size. */
const longestLineBytes = 64 * 1024;

/** Gives every line back, but for the two questions it answers. The result ends the connection. */
export function serveLines(socket: Socket): () => void {
  let rest = "";
  const peer = showPeer(socket.remoteAddress, socket.remotePort);
  socket.setEncoding("latin1");
  socket.on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    let answer = lines.map((line) => answerTo(line, peer) ?? `${line}\n`).join("");
    if (rest.length > longestLineBytes) {
      answer += rest;
      rest = "";
    }
    if (answer !== "" && !socket.write(answer, "latin1")) {
      socket.pause();
      socket.once("drain", () => socket.resume());
    }
  });
  socket.on("end", () => socket.end(rest === "" ? "" : (answerTo(rest, peer) ?? rest), "latin1"));
  return () => socket.destroySoon();
}

const answerTo = (line: string, peer: string): string | undefined => {
  switch (line.trim()) {
    case "hostname":
      return `${hostname}\n`;
    case "clientip":
      return `${peer}\n`;
    default:
      return undefined;
  }
};

/**
 * Gives every datagram back, likewise. A socket for each family, so that answers to IPv4 clients carry IPv4 addresses; the
 * second may be missing where the kernel has no IPv6.
 */
export function serveDatagrams(port: number, failed: (why: string) => void): void {
  const { createSocket } = process.getBuiltinModule("node:dgram");
  for (const type of ["udp4", "udp6"] as const) {
    const socket = createSocket({ type, ipv6Only: type === "udp6" });
    socket.on("message", (message, from) => {
      const answer = answerTo(message.toString("latin1"), showPeer(from.address, from.port));
      socket.send(answer ?? message, from.port, from.address);
    });
    socket.on("error", (fault: Error & { readonly code?: string }) => {
      const noIpv6 = type === "udp6" && (fault.code === "EAFNOSUPPORT" || fault.code === "EADDRNOTAVAIL");
      if (!noIpv6) failed(`can't serve UDP port ${port}: ${fault.message}`);
    });
    socket.bind(port);
    process.on("SIGTERM", () => socket.close());
  }
}
