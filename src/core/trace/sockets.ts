import { type Ip, ipOf } from "#net/ip.ts";
import type { OpenSocket } from "./probe.ts";

/** The files that tell of a network namespace's sockets, as every Linux has them. */
export const socketFiles: readonly string[] = ["/proc/net/tcp", "/proc/net/tcp6", "/proc/net/udp", "/proc/net/udp6"];

const listening = "0A";
const unconnected = "07";

/**
 * The open sockets that those files tell of, one after another in one text; only the UDP files have a column `drops`. Undefined
 * where the text is something else.
 * Source: proc(5); the kernel's get_tcp4_sock, which prints addresses as words in the machine's byte order.
 */
export function socketsIn(text: string): readonly OpenSocket[] | undefined {
  let protocol: "TCP" | "UDP" | undefined;
  const found = new Map<string, OpenSocket>();
  for (const line of text.split("\n")) {
    if (line.includes("local_address")) protocol = line.includes("drops") ? "UDP" : "TCP";
    const [, address, port, state] =
      /^\s*\d+: ([0-9A-F]{8,32}):([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} ([0-9A-F]{2}) /.exec(line) ?? [];
    if (protocol === undefined || address === undefined || port === undefined) continue;
    if (state !== (protocol === "TCP" ? listening : unconnected)) continue;
    const socket = { protocol, address: addressIn(address).text, port: Number.parseInt(port, 16) };
    found.set(`${socket.protocol} ${socket.address} ${socket.port}`, socket);
  }
  return protocol === undefined ? undefined : [...found.values()];
}

/** Words of four bytes, the lowest byte first: the order of every machine that Kubernetes runs on but s390x. */
function addressIn(hex: string): Ip {
  const bytes = hex.match(/../g) ?? [];
  const turned = bytes.map((_, i) => bytes[i - (i % 4) + 3 - (i % 4)] ?? "00").join("");
  const number = BigInt(`0x${turned}`);
  // ::ffff:127.0.0.1: a socket for IPv6 that is bound to an IPv4 address.
  if (hex.length === 32 && number >> 32n === 0xffffn) return ipOf("IPv4", number & 0xffff_ffffn);
  return ipOf(hex.length === 32 ? "IPv6" : "IPv4", number);
}
