import { type Ip, ipOf, parseIp } from "./ip.ts";

/** Whom a PROXY header names. Source: "The PROXY protocol", versions 1 and 2. */
export interface ProxiedConnection {
  readonly source: Ip;
  readonly sourcePort: number;
  readonly destination: Ip;
  readonly destinationPort: number;
}

/**
 * What the beginning of a connection says. `more`: not all of the header has come. `local`: the proxy speaks for itself (LOCAL, UNKNOWN, or an
 * address family that is no IP). `refused`: it is no such header, or one that lies about its length.
 */
export type ProxyHeader =
  | { readonly kind: "more" }
  | { readonly kind: "refused" }
  | { readonly kind: "proxied"; readonly connection: ProxiedConnection; readonly bytes: number }
  | { readonly kind: "local"; readonly bytes: number };

const more: ProxyHeader = { kind: "more" };
const refused: ProxyHeader = { kind: "refused" };

const signature = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a];
const v2HeadBytes = 16;
/** Addresses and what comes with them: more is no header of anybody's. */
const mostV2Bytes = 4096;
const mostV1Bytes = 107;

/** Reads the header at the beginning of `bytes`. */
export function readProxyHeader(bytes: Uint8Array): ProxyHeader {
  if (bytes.length === 0) return more;
  if (bytes[0] === 0x50) return readV1(bytes);
  const known = signature.every((byte, at) => at >= bytes.length || bytes[at] === byte);
  if (!known) return refused;
  return bytes.length < v2HeadBytes ? more : readV2(bytes);
}

// PROXY SP ("TCP4" / "TCP6") SP source SP destination SP source-port SP destination-port CRLF
const v1Line = /^PROXY (?:UNKNOWN(?: [^\r\n]*)?|(TCP4|TCP6) (\S+) (\S+) (\d{1,5}) (\d{1,5}))$/;

function readV1(bytes: Uint8Array): ProxyHeader {
  const text = String.fromCharCode(...bytes.subarray(0, mostV1Bytes));
  const end = text.indexOf("\r\n");
  if (end < 0) {
    const canBecome = text.length >= 6 ? text.startsWith("PROXY ") : "PROXY ".startsWith(text);
    return canBecome && bytes.length < mostV1Bytes ? more : refused;
  }
  const found = v1Line.exec(text.slice(0, end));
  if (found === null) return refused;
  const [, family, source = "", destination = "", sourcePort = "", destinationPort = ""] = found;
  if (family === undefined) return { kind: "local", bytes: end + 2 };
  const [from, to] = [parseIp(source), parseIp(destination)];
  const wanted = family === "TCP4" ? "IPv4" : "IPv6";
  if (from?.family !== wanted || to?.family !== wanted) return refused;
  const ports = [Number(sourcePort), Number(destinationPort)] as const;
  if (ports.some((port) => port > 65535)) return refused;
  const connection = { source: from, sourcePort: ports[0], destination: to, destinationPort: ports[1] };
  return { kind: "proxied", connection, bytes: end + 2 };
}

function readV2(bytes: Uint8Array): ProxyHeader {
  const command = at(bytes, 12);
  if (command !== 0x20 && command !== 0x21) return refused;
  const length = word(bytes, 14);
  const total = v2HeadBytes + length;
  if (total > mostV2Bytes) return refused;
  if (bytes.length < total) return more;
  const body = bytes.subarray(v2HeadBytes, total);
  const family = at(bytes, 13) >> 4;
  const addressBytes = family === 1 ? 4 : family === 2 ? 16 : undefined;
  if (addressBytes === undefined)
    return command === 0x20 || family === 0 || family === 3 ? { kind: "local", bytes: total } : refused;
  const fixed = 2 * addressBytes + 4;
  if (body.length < fixed || !areWhole(body.subarray(fixed))) return refused;
  if (command === 0x20) return { kind: "local", bytes: total };
  const connection: ProxiedConnection = {
    source: ipIn(body.subarray(0, addressBytes)),
    destination: ipIn(body.subarray(addressBytes, 2 * addressBytes)),
    sourcePort: word(body, 2 * addressBytes),
    destinationPort: word(body, 2 * addressBytes + 2),
  };
  return { kind: "proxied", connection, bytes: total };
}

/** Whether type-length-value fields fill these bytes to the last. */
function areWhole(fields: Uint8Array): boolean {
  let place = 0;
  while (place < fields.length) {
    if (place + 3 > fields.length) return false;
    place += 3 + word(fields, place + 1);
  }
  return place === fields.length;
}

const at = (bytes: Uint8Array, place: number): number => bytes[place] ?? 0;
const word = (bytes: Uint8Array, place: number): number => at(bytes, place) * 256 + at(bytes, place + 1);

const ipIn = (bytes: Uint8Array): Ip =>
  ipOf(
    bytes.length === 4 ? "IPv4" : "IPv6",
    bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n),
  );

/** The header of a version for a connection. Addresses of two families are both written as IPv6. */
export function writeProxyHeader(version: "v1" | "v2", connection: ProxiedConnection): Uint8Array {
  return version === "v1" ? writeV1(connection) : writeV2(connection);
}

function writeV1({ source, sourcePort, destination, destinationPort }: ProxiedConnection): Uint8Array {
  const isMixed = source.family !== destination.family;
  const shown = (ip: Ip): string => (isMixed && ip.family === "IPv4" ? `::ffff:${ip.text}` : ip.text);
  const family = source.family === "IPv4" && !isMixed ? "TCP4" : "TCP6";
  const line = `PROXY ${family} ${shown(source)} ${shown(destination)} ${sourcePort} ${destinationPort}\r\n`;
  return Uint8Array.from(line, (character) => character.charCodeAt(0));
}

function writeV2({ source, sourcePort, destination, destinationPort }: ProxiedConnection): Uint8Array {
  const isV4 = source.family === "IPv4" && destination.family === "IPv4";
  const bytesOf = (ip: Ip): number[] => {
    const number = ip.family === "IPv4" && !isV4 ? (0xffffn << 32n) | ip.number : ip.number;
    const count = isV4 ? 4 : 16;
    return Array.from({ length: count }, (_, i) => Number((number >> BigInt(8 * (count - 1 - i))) & 0xffn));
  };
  const body = [...bytesOf(source), ...bytesOf(destination), ...twoBytes(sourcePort), ...twoBytes(destinationPort)];
  return Uint8Array.from([...signature, 0x21, isV4 ? 0x11 : 0x21, ...twoBytes(body.length), ...body]);
}

const twoBytes = (value: number): readonly number[] => [value >> 8, value & 255];
