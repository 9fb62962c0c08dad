/** Records and codes as people write them, for tests. */
import { RCODE } from "./message.ts";
import { BYTE_TEXTS } from "./name.ts";
import { type Rdata, type ResourceRecord, TYPE, typeNumber } from "./record.ts";

const rcodeNames = new Map<number, string>(Object.entries(RCODE).map(([name, number]) => [number, name]));

/** `NXDOMAIN`, or `RCODE9` where the number has no name here. */
export const rcodeName = (rcode: number): string => rcodeNames.get(rcode) ?? `RCODE${rcode}`;

const typeNames = new Map<number, string>(Object.entries(TYPE).map(([name, number]) => [number, name]));

/** `A`, `HTTPS`, or `TYPE4711` where the number has no name here (RFC 3597). */
const typeName = (number: number): string => typeNames.get(number) ?? `TYPE${number}`;

/** One line of a zone file: `nginx.default.svc.cluster.local. 5 IN A 10.96.0.17`. */
export const showRecord = ({ name, ttlSeconds, rdata }: ResourceRecord): string =>
  `${name} ${ttlSeconds} IN ${typeName(typeNumber(rdata))} ${showRdata(rdata)}`;

function showRdata(rdata: Rdata): string {
  switch (rdata.type) {
    case "A":
    case "AAAA":
      return rdata.address.text;
    case "CNAME":
    case "NS":
    case "PTR":
    case "DNAME":
      return rdata.target;
    case "MX":
      return `${rdata.preference} ${rdata.target}`;
    case "SRV":
      return `${rdata.priority} ${rdata.weight} ${rdata.port} ${rdata.target}`;
    case "SOA": {
      const { primary, mailbox, serial, refresh, retry, expire, minimum } = rdata;
      return [primary, mailbox, serial, refresh, retry, expire, minimum].join(" ");
    }
    case "TXT":
    case "HINFO":
      return rdata.texts.map(showText).join(" ");
    case "opaque":
      return `\\# ${rdata.bytes.length} ${Array.from(rdata.bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  }
}

// Between quotes, dots and spaces stand for themselves; quotes don't.
const showText = (text: string): string =>
  `"${Array.from(text, (byte) => (byte === " " || byte === "." ? byte : byte === '"' ? "\\034" : BYTE_TEXTS[byte.charCodeAt(0)])).join("")}"`;
