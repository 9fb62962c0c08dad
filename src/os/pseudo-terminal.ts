import { closeSync, constants, fchownSync, openSync } from "node:fs";
import { type Foreign, openForeign } from "./foreign.ts";

/** In characters. */
export interface TerminalSize {
  readonly width: number;
  readonly height: number;
}

/** A pseudo-terminal: what is written to the master is typed, what a program writes to the slave is read from the master. */
export interface PseudoTerminal {
  /** A descriptor that doesn't block; whoever made the terminal closes it. */
  readonly master: number;
  /** Its slave's name in the devpts that it was made in. */
  readonly number: number;
  /** A descriptor of the slave, which belongs to a user from then on. */
  readonly openSlave: (uid: number) => number;
  /** Tells the program that runs in the foreground, too (SIGWINCH). */
  readonly resize: (size: TerminalSize) => void;
}

const signatures = { ioctl: { arguments: ["i32", "u64", "pointer"], return: "i32" } } as const;

// Source: asm-generic/ioctls.h, which x86, arm64 and riscv use.
const [setSize, getNumber, setLock, openPeer] = [0x5414n, 0x8004_5430n, 0x4004_5431n, 0x5441n];
const readWrite = constants.O_RDWR | constants.O_NOCTTY;
const closeOnExec = 0o2000000;
/** Who may write to terminals beside their users. */
const ttyGroup = 5;

/** This process can't make terminals. */
class NoTerminals extends Error {
  readonly code = "NoTerminals";
  readonly where = "the agent of the node";
  readonly fix = "run it by `bin/portolan` on a machine with glibc, or do without a terminal (kubectl without -t)";
  constructor(why: string) {
    super(`this node can't make terminals: ${why}`);
  }
}

/** Makes terminals; rejects with `NoTerminals` where this Node has no foreign function interface, or the machine no glibc. */
export async function terminalMaker(): Promise<(multiplexer: string) => PseudoTerminal> {
  opened ??= openForeign("libc.so.6", signatures);
  const libc = await opened;
  if (libc === undefined) throw new NoTerminals("Node's foreign function interface or glibc is missing");
  return (multiplexer) => makeTerminal(libc, multiplexer);
}

// Opened once: a library that is opened for each terminal is never given back.
let opened: Promise<Foreign<typeof signatures> | undefined> | undefined;

/** `multiplexer`: the file `ptmx` of the devpts it is to be made in. Throws `NoTerminals`. */
function makeTerminal({ functions, addressOf }: Foreign<typeof signatures>, multiplexer: string): PseudoTerminal {
  const master = openSync(multiplexer, readWrite | constants.O_NONBLOCK);
  const ask = (request: bigint, argument: Buffer): void => {
    if (functions.ioctl(master, request, addressOf(argument)) < 0) throw new NoTerminals(`${multiplexer} is none`);
  };
  using unlessDone = new DisposableStack();
  unlessDone.defer(() => closeSync(master));
  const number = Buffer.alloc(8);
  ask(setLock, Buffer.alloc(8));
  ask(getNumber, number);
  unlessDone.move();
  return {
    master,
    number: number.readUInt32LE(0),
    openSlave(uid) {
      const slave = functions.ioctl(master, openPeer, BigInt(readWrite | closeOnExec));
      if (slave < 0) throw new NoTerminals("the kernel is older than Linux 4.13");
      fchownSync(slave, uid, ttyGroup);
      return slave;
    },
    resize({ width, height }) {
      const size = Buffer.alloc(8);
      size.writeUInt16LE(height, 0);
      size.writeUInt16LE(width, 2);
      functions.ioctl(master, setSize, addressOf(size));
    },
  };
}
