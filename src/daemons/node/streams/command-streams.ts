import type { Readable, Writable } from "node:stream";
import type { Status } from "#machinery/status.ts";
import type { TerminalSizes } from "./terminal-sizes.ts";

/** What a client asked to have connected to a command. Source: the kubelet's exec and attach endpoints. */
export interface Wanted {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/** How a command ended, as clients read it from the error stream: a Status without its envelope. */
export type Ending = Omit<Status, "kind" | "apiVersion" | "code"> & Partial<Pick<Status, "code">>;

/** A client's ends of a command, whatever protocol carries them. */
export interface CommandStreams {
  /** Ends when the client has nothing more to say. */
  readonly stdin: Readable | undefined;
  readonly stdout: Writable | undefined;
  readonly stderr: Writable | undefined;
  /** Of the client's terminal; none come where it asked for no terminal. */
  readonly sizes: TerminalSizes;
  /** Tells the client how the command ended, and closes the connection when all output is out. */
  readonly finish: (ending: Ending) => void;
  /**
   * Sends something that the client has to answer. A connection that is not read, since its command takes no more input, shows
   * only to writers that it has broken.
   */
  readonly ping: () => void;
  /** Aborts when the client has gone. */
  readonly gone: AbortSignal;
}

export interface StreamTiming {
  /** How long a client may take to open its streams. */
  readonly openingSeconds: number;
  readonly pingSeconds: number;
}

/**
 * So many pings without any sign of life are the end of a connection: five minutes where a ping goes out every 10 s. A kubectl whose reader has
 * paused (`kubectl exec … | less`) answers none once 50 frames wait for it; but those of today ask us every 5 s, which goes on (seen of 1.30
 * and 1.33).
 */
export const pingsInVain = 30;

/** How long a client that was told the end may take to close its connection; what it still sends is thrown away. */
export const lingerSeconds = 10;
