import { closeSync, constants, openSync } from "node:fs";
import { Socket } from "node:net";
import { basename, dirname } from "node:path";
import { Writable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { type Foreign, openForeign } from "../foreign.ts";

/** conmon's socket that takes a terminal, or the one that takes input, could not be used. */
class ConmonUnreachable extends Error {
  readonly code = "ConmonUnreachable";
  readonly where: string;
  readonly fix = "run the agent by `bin/portolan`; where it is, look whether the container's conmon still runs";
  constructor(path: string, why: string) {
    super(`the container's supervisor can't be reached: ${why}`);
    this.where = path;
  }
}

const signatures = {
  socket: { arguments: ["i32", "i32", "i32"], return: "i32" },
  connect: { arguments: ["i32", "buffer", "u32"], return: "i32" },
  send: { arguments: ["i32", "buffer", "u64", "i32"], return: "i64" },
  sendmsg: { arguments: ["i32", "buffer", "i32"], return: "i64" },
  shutdown: { arguments: ["i32", "i32"], return: "i32" },
} as const;
type Libc = Foreign<typeof signatures>;

// Source: unix(7), cmsg(3) and the headers of Linux; the layouts are those of 64-bit machines.
const unixFamily = 1;
const [stream, sequencedPackets] = [1, 5];
/** SOCK_CLOEXEC and SOCK_NONBLOCK: this thread never waits. */
const socketFlags = 0o2000000 | 0o4000;
const addressBytes = 110;
const [rightsLevel, rightsType] = [1, 1];
const [dontWait, noSignal] = [0x40, 0x4000];
const reading = 0;

/** Gives a terminal's master to the conmon that waits for it, and resolves once it has taken it. Rejects with `ConmonUnreachable`. */
export async function passTerminal(path: string, master: number): Promise<void> {
  const libc = await mustOpen(path);
  const connection = connectTo(libc, path, stream);
  // conmon ends the connection when it has the terminal.
  const taken = new Socket({ fd: connection });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  taken
    .on("error", reject)
    .on("close", () => resolve())
    .resume();
  if (libc.functions.sendmsg(connection, descriptorMessage(libc, master), noSignal) < 0) {
    taken.destroy(new ConmonUnreachable(path, "it takes no terminal"));
  }
  await promise;
}

/** A message with a descriptor, and with all that it points to behind it: msghdr, iovec, cmsghdr, name. */
function descriptorMessage({ addressOf }: Libc, descriptor: number): Buffer {
  const name = Buffer.from("/dev/ptmx\0");
  const [vectorAt, controlAt, nameAt] = [56, 72, 96];
  const message = Buffer.alloc(nameAt + name.length);
  const at = (offset: number): bigint => addressOf(message) + BigInt(offset);
  message.writeBigUInt64LE(at(vectorAt), 16);
  message.writeBigUInt64LE(1n, 24);
  message.writeBigUInt64LE(at(controlAt), 32);
  message.writeBigUInt64LE(BigInt(nameAt - controlAt), 40);
  message.writeBigUInt64LE(at(nameAt), vectorAt);
  message.writeBigUInt64LE(BigInt(name.length), vectorAt + 8);
  message.writeBigUInt64LE(20n, controlAt); // without the padding behind it
  message.writeInt32LE(rightsLevel, controlAt + 8);
  message.writeInt32LE(rightsType, controlAt + 12);
  message.writeInt32LE(descriptor, controlAt + 16);
  name.copy(message, nameAt);
  return message;
}

/** conmon reads no more in a piece. */
const pieceBytes = 8192;
const [shortestPauseMs, longestPauseMs] = [1, 50];

/**
 * The input of a container through its conmon's socket `attach`; no more is taken while the container doesn't read. Its end is the
 * container's end of input, unless that was started to keep it open. Rejects with `ConmonUnreachable`.
 */
export async function openInput(path: string): Promise<Writable> {
  const libc = await mustOpen(path);
  const socket = connectTo(libc, path, sequencedPackets);
  // conmon sends the container's output here too, and waits for whoever doesn't read it: it must not find us.
  libc.functions.shutdown(socket, reading);
  const left = new AbortController();
  const send = async (piece: Buffer): Promise<void> => {
    for (let ms = shortestPauseMs; !left.signal.aborted; ms = Math.min(2 * ms, longestPauseMs)) {
      if (libc.functions.send(socket, piece, BigInt(piece.length), dontWait | noSignal) >= 0) return;
      await pause(ms);
    }
  };
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      sendAll(chunk, send).then(() => done(), done);
    },
    destroy(fault, done) {
      left.abort();
      closeSync(socket);
      done(fault);
    },
  });
}

async function sendAll(chunk: Buffer, send: (piece: Buffer) => Promise<void>): Promise<void> {
  for (let at = 0; at < chunk.length; at += pieceBytes) await send(chunk.subarray(at, at + pieceBytes));
}

// As for terminals, once.
let opened: Promise<Libc | undefined> | undefined;

async function mustOpen(path: string): Promise<Libc> {
  opened ??= openForeign("libc.so.6", signatures);
  const libc = await opened;
  if (libc === undefined) throw new ConmonUnreachable(path, "Node's foreign function interface or glibc is missing");
  return libc;
}

/** By way of the folder's descriptor: a socket's path may have 107 bytes only. */
function connectTo({ functions }: Libc, path: string, type: number): number {
  const folder = openSync(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY);
  const socket = functions.socket(unixFamily, type | socketFlags, 0);
  const address = Buffer.alloc(addressBytes);
  address.writeUInt16LE(unixFamily, 0);
  address.write(`/proc/self/fd/${folder}/${basename(path)}`, 2);
  const isConnected = socket >= 0 && functions.connect(socket, address, addressBytes) === 0;
  closeSync(folder);
  if (isConnected) return socket;
  if (socket >= 0) closeSync(socket);
  throw new ConmonUnreachable(path, "nobody listens at its socket");
}
