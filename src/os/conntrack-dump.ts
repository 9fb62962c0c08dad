import { read, write } from "node:fs";
import { promisify } from "node:util";
import { type Ip, type IpFamily, ipOf } from "#net/ip.ts";
import {
  addressAttributes,
  attribute,
  bytesOf,
  message,
  nested,
  netlink,
  plain,
  type Span,
  udp,
  valueIn,
} from "./conntrack-attributes.ts";
import { openForeign } from "./foreign.ts";

interface Place {
  readonly ip: Ip;
  readonly port: number;
}

/** A UDP flow that the kernel tracks: who sends, where to, and who answers. */
export interface UdpFlow {
  readonly protocol: "udp";
  readonly from: Place;
  readonly to: Place;
  readonly answeredBy: Place;
}

const signatures = {
  socket: { arguments: ["i32", "i32", "i32"], return: "i32" },
  close: { arguments: ["i32"], return: "i32" },
} as const;

const [readMessage, errorMessage, doneMessage] = [1, 2, 3];
const requestDump = 0x301;
/** Bits of a filter: which parts of the tuple must be alike. */
const alike = { destination: 1 << 1, protocol: 1 << 3 } as const;
/** So many IPv4 addresses are looked for one by one, as the kernel's filter takes them; of more, every UDP flow passes by once. */
const filteredMost = 4;

/**
 * The UDP flows to these addresses, all of one family. The kernel goes through its table and hands over what is asked for: other
 * people's flows, be they a million, are not copied for up to four IPv4 addresses (before Linux 5.8: they are, and passed over).
 * Waits beside the event loop. undefined where this Node has no foreign function interface, or the kernel refused.
 */
export async function dumpUdpFlows(family: IpFamily, to: readonly Ip[]): Promise<readonly UdpFlow[] | undefined> {
  const libc = (await openForeign("libc.so.6", signatures))?.functions;
  const { family: socketFamily, rawSocket, closeOnExec, netfilter } = netlink;
  const socket = libc?.socket(socketFamily, rawSocket | closeOnExec, netfilter) ?? -1;
  if (libc === undefined || socket < 0) return undefined;
  const wanted = new Map(to.map((ip) => [bytesOf(ip).toString("latin1"), ip]));
  // By an IPv6 address, Linux 6.18 filters the wrong way round: it hands over what goes to any other.
  const isFiltered = family === "IPv4" && wanted.size <= filteredMost;
  const filters = isFiltered ? [...wanted.values()] : [undefined];
  const found: UdpFlow[] = [];
  try {
    for (const destination of filters) {
      const flows = await dump(socket, { family, destination, wanted });
      if (flows === undefined) return undefined;
      for (const flow of flows) found.push(flow);
    }
  } finally {
    libc.close(socket);
  }
  return found;
}

interface Question {
  readonly family: IpFamily;
  /** undefined: all. */
  readonly destination: Ip | undefined;
  /** By their bytes. */
  readonly wanted: ReadonlyMap<string, Ip>;
}

const [readFrom, writeTo] = [promisify(read), promisify(write)];

// A netlink socket can be read and written like a file, which Node does in another thread: the kernel walks its table meanwhile.
async function dump(socket: number, question: Question): Promise<readonly UdpFlow[] | undefined> {
  const asked = dumpRequest(question);
  await writeTo(socket, asked, 0, asked.length, null);
  const bytes = Buffer.alloc(65_536);
  const found: UdpFlow[] = [];
  for (;;) {
    const { bytesRead } = await readFrom(socket, bytes, 0, bytes.length, null);
    if (bytesRead === 0) return undefined;
    for (let at = 0; at + 16 <= bytesRead; ) {
      const [length, type] = [bytes.readUInt32LE(at), bytes.readUInt16LE(at + 4)];
      if (type === doneMessage) return found;
      if (type === errorMessage || length < 20) return undefined;
      const flow = flowIn({ bytes, from: at + 20, to: at + length }, question);
      if (flow !== undefined) found.push(flow);
      at += (length + 3) & ~3;
    }
  }
}

function dumpRequest({ family, destination }: Question): Buffer {
  const flags = Buffer.alloc(4);
  flags.writeUInt32LE(alike.protocol | (destination === undefined ? 0 : alike.destination));
  const protocol = nested(attribute.protocol, [plain(attribute.number, Buffer.of(udp))]);
  const [, destinationType] = addressAttributes[family];
  const addresses =
    destination === undefined ? [] : [nested(attribute.addresses, [plain(destinationType, bytesOf(destination))])];
  const body = [
    nested(attribute.tuple, [...addresses, protocol]),
    nested(attribute.filter, [plain(attribute.originalFlags, flags)]),
  ];
  return message({ type: readMessage, flags: requestDump, family }, Buffer.concat(body));
}

function flowIn(span: Span, { family, wanted }: Question): UdpFlow | undefined {
  const original = valueIn(span, attribute.tuple);
  const addresses = original && valueIn(original, attribute.addresses);
  const target = addresses && valueIn(addresses, addressAttributes[family][1]);
  if (target === undefined || !wanted.has(target.bytes.toString("latin1", target.from, target.to))) return undefined;
  const reply = valueIn(span, attribute.reply);
  const [there, back] = [original && endsIn(original, family), reply && endsIn(reply, family)];
  return there && back && { protocol: "udp", from: there.source, to: there.destination, answeredBy: back.source };
}

function endsIn(tuple: Span, family: IpFamily): { readonly source: Place; readonly destination: Place } | undefined {
  const addresses = valueIn(tuple, attribute.addresses);
  const protocol = valueIn(tuple, attribute.protocol);
  if (addresses === undefined || protocol === undefined || byteIn(valueIn(protocol, attribute.number)) !== udp) return;
  const [sourceType, destinationType] = addressAttributes[family];
  const place = (address: Span | undefined, port: Span | undefined): Place | undefined =>
    address && port && { ip: ipIn(address, family), port: port.bytes.readUInt16BE(port.from) };
  const source = place(valueIn(addresses, sourceType), valueIn(protocol, attribute.sourcePort));
  const destination = place(valueIn(addresses, destinationType), valueIn(protocol, attribute.destinationPort));
  return source && destination && { source, destination };
}

const byteIn = (span: Span | undefined): number | undefined => span?.bytes[span.from];
const ipIn = ({ bytes, from, to }: Span, family: IpFamily): Ip =>
  ipOf(family, BigInt(`0x${bytes.toString("hex", from, to)}`));
