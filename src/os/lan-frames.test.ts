import assert from "node:assert/strict";
import { test } from "node:test";
import { mustIp } from "#net/ip.ts";
import { announcements } from "./lan-frames.ts";

const hex = (frames: readonly Uint8Array[]) => frames.map((frame) => Buffer.from(frame).toString("hex"));
const mac = "0a:58:0a:00:00:01";

test("an IPv4 address is announced by an ARP request and a reply to everybody", () =>
  assert.deepEqual(hex(announcements(mustIp("192.0.2.7"), mac)), [
    "ffffffffffff0a580a00000108060001080006040001" + "0a580a000001c0000207" + "ffffffffffffc0000207",
    "ffffffffffff0a580a00000108060001080006040002" + "0a580a000001c0000207" + "ffffffffffffc0000207",
  ]));

test("an IPv6 address is announced by a neighbour advertisement whose checksum holds", () => {
  const [frame = new Uint8Array()] = announcements(mustIp("2001:db8::7"), mac);
  const text = Buffer.from(frame).toString("hex");
  assert.equal(text.slice(0, 36), "3333000000010a580a00000186dd60000000");
  assert.equal(text.slice(36, 108), "00203aff20010db8000000000000000000000007ff020000000000000000000000000001");
  assert.match(text.slice(108), /^8800....a000000020010db800000000000000000000000702010a580a000001$/);
  // RFC 1071: the sum over everything, the checksum included, is all ones
  const covered = Buffer.concat([frame.slice(22, 54), Buffer.from([0, 0, 0, 32, 0, 0, 0, 58]), frame.slice(54)]);
  let sum = 0;
  for (let i = 0; i < covered.length; i += 2) sum += covered.readUInt16BE(i);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  assert.equal(sum, 0xffff);
});
