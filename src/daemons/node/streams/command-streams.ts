import type { Readable, Writable } from "node:stream";
import type { Status } from "#machinery/status.ts";

/** What a client asked to have connected to a command. Source: the kubelet's exec and attach endpoints. */
export interface Wanted {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
}

/** A client's ends of a command, whatever protocol carries them. */
export interface CommandStreams {
  /** Ends when the client has nothing more to say. */
  readonly stdin: Readable | undefined;
  readonly stdout: Writable | undefined;
  readonly stderr: Writable | undefined;
  /** Tells the client how the command ended, and closes the connection when all output is out. */
  readonly finish: (status: Status) => void;
  /** Aborts when the client has gone. */
  readonly gone: AbortSignal;
}

/** The most that a client may need to open all of its streams. */
export const openingSeconds = 30;
