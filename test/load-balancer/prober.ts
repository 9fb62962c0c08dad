/**
 * Asks on a LAN, every few milliseconds, who has some addresses, by ARP and by neighbour solicitation, and prints who says so:
 * `{"atMs":…,"ip":"10.99.0.200","mac":"0a:58:…"}`. Times are the machine's monotonic clock, the same in every process.
 */

import { type Ip, ipOf, mustIp } from "#net/ip.ts";
import { openForeign } from "#os/foreign.ts";
import { openPacketSocket } from "#os/packet-socket.ts";

const [index = "", ownMac = "", own4 = "", own6 = "", ...asked] = process.argv.slice(2);
const everyMs = 10;

const octets = (mac: string): Buffer => Buffer.from(mac.replaceAll(":", ""), "hex");
const bytesOf = ({ family, number }: Ip): Buffer =>
  Buffer.from(number.toString(16).padStart(family === "IPv4" ? 8 : 32, "0"), "hex");
const mac = octets(ownMac);

function arpRequest(ip: Ip): Buffer {
  const head = Buffer.from("08060001080006040001", "hex");
  return Buffer.concat([Buffer.alloc(6, 0xff), mac, head, mac, bytesOf(mustIp(own4)), Buffer.alloc(6), bytesOf(ip)]);
}

function solicitation(ip: Ip): Buffer {
  const low = bytesOf(ip).subarray(13);
  const to = Buffer.concat([Buffer.from("ff0200000000000000000001ff", "hex"), low]);
  const from = bytesOf(mustIp(own6));
  const message = Buffer.concat([Buffer.from([135, 0, 0, 0, 0, 0, 0, 0]), bytesOf(ip), Buffer.from([1, 1]), mac]);
  const pseudo = Buffer.concat([from, to, Buffer.from([0, 0, 0, message.length, 0, 0, 0, 58]), message]);
  let sum = 0;
  for (let i = 0; i < pseudo.length; i += 2) sum += pseudo.readUInt16BE(i);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  message.writeUInt16BE(~sum & 0xffff, 2);
  const header = Buffer.from([0x60, 0, 0, 0, 0, message.length, 58, 255]);
  return Buffer.concat([
    Buffer.from([0x33, 0x33, 0xff]),
    low,
    mac,
    Buffer.from("86dd", "hex"),
    header,
    from,
    to,
    message,
  ]);
}

/** An answer to us; what is told to everybody unasked isn't one. */
function answerIn(frame: Buffer): { readonly ip: string; readonly mac: string } | undefined {
  if (!frame.subarray(0, 6).equals(mac)) return undefined;
  const type = frame.readUInt16BE(12);
  const sender = [...frame.subarray(6, 12)].map((octet) => octet.toString(16).padStart(2, "0")).join(":");
  if (type === 0x0806 && frame.readUInt16BE(20) === 2)
    return { ip: ipOf("IPv4", BigInt(`0x${frame.subarray(28, 32).toString("hex")}`)).text, mac: sender };
  if (type === 0x86dd && frame.length >= 78 && frame.readUInt8(20) === 58 && frame.readUInt8(54) === 136)
    return { ip: ipOf("IPv6", BigInt(`0x${frame.subarray(62, 78).toString("hex")}`)).text, mac: sender };
  return undefined;
}

const libc = await openForeign("libc.so.6", {
  socket: { arguments: ["i32", "i32", "i32"], return: "i32" },
  recv: { arguments: ["i32", "buffer", "u64", "i32"], return: "i64" },
});
const sender = await openPacketSocket();
if (libc === undefined || sender === undefined) throw new Error("frames can't be sent from here");
const [everyProtocol, dontWait] = [0x0300, 0x40];
const listening = libc.functions.socket(17, 3, everyProtocol);
const buffer = Buffer.alloc(2048);

const frames = asked.map(mustIp).map((ip) => (ip.family === "IPv4" ? arpRequest(ip) : solicitation(ip)));
setInterval(() => {
  for (;;) {
    const length = Number(libc.functions.recv(listening, buffer, BigInt(buffer.length), dontWait));
    if (length <= 0) break;
    const answer = answerIn(buffer.subarray(0, length));
    const atMs = Number(process.hrtime.bigint() / 1000n) / 1000;
    if (answer !== undefined) process.stdout.write(`${JSON.stringify({ atMs, ...answer })}\n`);
  }
  for (const frame of frames) sender.send(Number(index), frame);
}, everyMs);

/** Too short, of lengths and operations that don't exist, cut in the middle; on SIGUSR2. */
process.on("SIGUSR2", () => {
  for (const frame of frames)
    for (let at = 14; at < frame.length; at++)
      for (const damaged of [
        frame.subarray(0, at),
        Buffer.from(frame).fill(0xff, at, at + 1),
        Buffer.from(frame).fill(0, at),
      ])
        sender.send(Number(index), damaged);
});
