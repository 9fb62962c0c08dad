import { closeSync } from "node:fs";
import { type PseudoTerminal, terminalMaker } from "../pseudo-terminal.ts";
import { passTerminal } from "./conmon-sockets.ts";

/** Makes a terminal in the /dev/pts that a process sees. Rejects with `NoTerminals`. */
export const terminalOf = async (pid: number): Promise<PseudoTerminal> =>
  (await terminalMaker())(`/proc/${pid}/root/dev/pts/ptmx`);

/** A container that is being started has asked for its terminal. */
export interface TerminalWish {
  /** Its first process. */
  readonly pid: number;
  /** Where its conmon waits for the terminal. */
  readonly console: string;
  readonly uid: number;
}

/** Makes a container's terminal, which its conmon holds from then on. */
export async function giveTerminal({ pid, console, uid }: TerminalWish): Promise<GivenTerminal> {
  const { master, number, openSlave } = await terminalOf(pid);
  try {
    const slave = openSlave(uid);
    await passTerminal(console, master);
    return { number, release: () => closeSync(slave) };
  } finally {
    closeSync(master);
  }
}

export interface GivenTerminal {
  readonly number: number;
  /** To be called once the container has opened it: conmon looks seldom at a terminal that nobody has open. */
  readonly release: () => void;
}
