import { type Ip, ipOf } from "#net/ip.ts";
import { type Rdata, TYPE } from "./record.ts";
import type { WireReader } from "./wire-reader.ts";
import type { WireWriter } from "./wire-writer.ts";

/** Reads a record's content of `sizeBytes`; its length and what is in it must agree. */
export function readRdata(from: WireReader, type: number, sizeBytes: number): Rdata {
  const end = from.at + sizeBytes;
  if (end > from.bytes.length) from.fail("a record is longer than the message");
  const rdata = readFields(from, type, sizeBytes);
  if (from.fault === undefined && from.at !== end) from.fail("a record's length is wrong");
  return rdata;
}

function readFields(from: WireReader, type: number, sizeBytes: number): Rdata {
  switch (type) {
    case TYPE.A:
      return { type: "A", address: ipOf("IPv4", BigInt(from.u32())) };
    case TYPE.AAAA:
      return { type: "AAAA", address: ipOf("IPv6", readUint128(from)) };
    case TYPE.CNAME:
      return { type: "CNAME", target: from.name() };
    case TYPE.NS:
      return { type: "NS", target: from.name() };
    case TYPE.PTR:
      return { type: "PTR", target: from.name() };
    case TYPE.DNAME:
      return { type: "DNAME", target: from.name() };
    case TYPE.MX:
      return { type: "MX", preference: from.u16(), target: from.name() };
    case TYPE.SRV:
      return { type: "SRV", priority: from.u16(), weight: from.u16(), port: from.u16(), target: from.name() };
    case TYPE.SOA:
      return {
        type: "SOA",
        primary: from.name(),
        mailbox: from.name(),
        serial: from.u32(),
        refresh: from.u32(),
        retry: from.u32(),
        expire: from.u32(),
        minimum: from.u32(),
      };
    case TYPE.TXT:
      return { type: "TXT", texts: readTexts(from, from.at + sizeBytes) };
    case TYPE.HINFO:
      return { type: "HINFO", texts: [from.characterString(), from.characterString()] };
    default:
      return { type: "opaque", number: type, bytes: from.take(sizeBytes) };
  }
}

function readUint128(from: WireReader): bigint {
  let number = 0n;
  for (let i = 0; i < 4; i++) number = (number << 32n) | BigInt(from.u32());
  return number;
}

function readTexts(from: WireReader, end: number): string[] {
  const texts: string[] = [];
  while (from.at < end && from.fault === undefined) texts.push(from.characterString());
  return texts;
}

/** Writes a record's content. Only types of RFC 1035 get pointers in it. */
export function writeRdata(to: WireWriter, rdata: Rdata): void {
  switch (rdata.type) {
    case "A":
    case "AAAA":
      writeAddress(to, rdata.address);
      break;
    case "CNAME":
    case "NS":
    case "PTR":
      to.name(rdata.target);
      break;
    case "DNAME":
      to.plainName(rdata.target);
      break;
    case "MX":
      to.u16(rdata.preference);
      to.name(rdata.target);
      break;
    case "SRV":
      to.u16(rdata.priority);
      to.u16(rdata.weight);
      to.u16(rdata.port);
      to.plainName(rdata.target);
      break;
    case "SOA":
      to.name(rdata.primary);
      to.name(rdata.mailbox);
      for (const number of [rdata.serial, rdata.refresh, rdata.retry, rdata.expire, rdata.minimum]) to.u32(number);
      break;
    case "TXT":
    case "HINFO":
      for (const text of rdata.texts) to.characterString(text);
      break;
    case "opaque":
      to.raw(rdata.bytes);
      break;
  }
}

function writeAddress(to: WireWriter, { family, number }: Ip): void {
  for (let shift = family === "IPv4" ? 0n : 96n; shift >= 0n; shift -= 32n)
    to.u32(Number((number >> shift) & 0xffff_ffffn));
}

/** A record's fixed part; `class` and `ttlSeconds` mean something else in EDNS. */
export interface RecordHead {
  readonly name: string;
  readonly type: number;
  readonly class: number;
  readonly ttlSeconds: number;
  readonly sizeBytes: number;
}

/** RFC 1035 section 4.1.3. */
export const readRecordHead = (from: WireReader): RecordHead => ({
  name: from.name(),
  type: from.u16(),
  class: from.u16(),
  ttlSeconds: from.u32(),
  sizeBytes: from.u16(),
});
