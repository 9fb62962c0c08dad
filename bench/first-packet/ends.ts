/**
 * The two ends of the bench, on the C library's own calls: a connection takes some 25 µs, and Node's sockets would add as much again.
 * `ends.ts accept PORT` accepts and closes; `ends.ts connect IP PORT TIMES` connects and resets, one after the other, and prints JSON.
 */
import { dlopen } from "node:ffi";
import { mustIp } from "#net/ip.ts";

/** Of one series, in microseconds. */
export interface Series {
  readonly p50: number;
  readonly p99: number;
  readonly failed: number;
}

const libc = dlopen(null, {
  socket: { arguments: ["i32", "i32", "i32"], return: "i32" },
  setsockopt: { arguments: ["i32", "i32", "i32", "buffer", "u32"], return: "i32" },
  connect: { arguments: ["i32", "buffer", "u32"], return: "i32" },
  bind: { arguments: ["i32", "buffer", "u32"], return: "i32" },
  listen: { arguments: ["i32", "i32"], return: "i32" },
  accept: { arguments: ["i32", "pointer", "pointer"], return: "i32" },
  close: { arguments: ["i32"], return: "i32" },
}).functions;

const [inet, stream, socketLevel, reuseAddress, lingerOption] = [2, 1, 1, 2, 13];

/** A `struct sockaddr_in`. */
function address(ip: string, port: number): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt16LE(inet, 0);
  bytes.writeUInt16BE(port, 2);
  bytes.writeUInt32BE(Number(mustIp(ip).number), 4);
  return bytes;
}

const number = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
};

function accept(port: number): never {
  const server = libc.socket(inet, stream, 0);
  libc.setsockopt(server, socketLevel, reuseAddress, number(1), 4);
  if (libc.bind(server, address("0.0.0.0", port), 16) !== 0) throw new Error(`can't listen on ${port}`);
  libc.listen(server, 4096);
  console.log("listening");
  for (;;) libc.close(libc.accept(server, null, null));
}

function connect(ip: string, port: number, times: number): Series {
  const [to, linger] = [address(ip, port), Buffer.concat([number(1), number(0)])];
  const warmUp = 500;
  const micros = new Float64Array(times);
  let failed = 0;
  for (let i = -warmUp; i < times; i += 1) {
    const socket = libc.socket(inet, stream, 0);
    libc.setsockopt(socket, socketLevel, lingerOption, linger, 8);
    const began = performance.now();
    if (libc.connect(socket, to, 16) !== 0) failed += 1;
    if (i >= 0) micros[i] = (performance.now() - began) * 1000;
    libc.close(socket);
  }
  micros.sort();
  return { p50: micros[times >> 1] ?? 0, p99: micros[Math.floor(times * 0.99)] ?? 0, failed };
}

const [what, ...rest] = process.argv.slice(2);
if (what === "accept") accept(Number(rest[0]));
else console.log(JSON.stringify(connect(rest[0] ?? "", Number(rest[1]), Number(rest[2]))));
