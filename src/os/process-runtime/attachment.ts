import type { Writable } from "node:stream";
import { tellConmon } from "../container-log.ts";
import type { TerminalSize } from "../pseudo-terminal.ts";
import { openInput } from "./conmon-sockets.ts";
import type { ContainerFolder } from "./folders.ts";
import type { ContainerRecord } from "./record.ts";

/** What a client can do with a running container's own program. */
export interface Attachment {
  readonly hasTerminal: boolean;
  /** Opens its input; undefined where it takes none. Where it was started so, its input ends with this. */
  readonly input: () => Promise<Writable | undefined>;
  /** Nothing happens where it has no terminal. */
  readonly resize: (size: TerminalSize) => Promise<void>;
}

/** conmon takes no larger ones, in characters. */
const longestSide = 1000;

export const attachTo = (folder: ContainerFolder, { takesInput, hasTerminal }: ContainerRecord): Attachment => ({
  hasTerminal,
  input: async () => (takesInput ? openInput(folder.attach) : undefined),
  async resize({ width, height }) {
    const [rows, columns] = [height, width].map((side) => Math.min(side, longestSide));
    if (hasTerminal) await tellConmon(folder.control, `1 ${rows} ${columns}\n`);
  },
});
