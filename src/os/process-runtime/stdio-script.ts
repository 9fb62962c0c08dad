import type { StdioPlan } from "./plan.ts";

/** The descriptor on which a container that is being started says `ready`, or `failed` once the reason is in its file. */
export const reportDescriptor = 3;

/** The descriptor on which the runtime hears that conmon has the container's terminal; there where it gets one. */
export const terminalDescriptor = 4;

/** What a container's script does for its program's input and outputs; shell lines. */
interface StdioScript {
  /** Before the first process is begun. */
  readonly before: readonly string[];
  /** In the first process, once its files are there. */
  readonly inside: (fail: string) => readonly string[];
  /** Stands before the program. */
  readonly wrap: readonly string[];
  /** After the first process was begun. */
  readonly after: readonly string[];
}

/** What gives a program the terminal that is its input for its own: Ctrl-C and job control work. */
export const ownTerminal = ["setsid", "--ctty"];

const plain: StdioScript = { before: [], inside: () => [], wrap: [], after: [] };

export const stdioScripts: Readonly<Record<StdioPlan["kind"], StdioScript>> = {
  outputs: plain,
  // A shell gives what it begins in the background no input, so that is kept on another descriptor.
  input: { ...plain, before: ["exec 9<&0"], inside: () => ["exec <&9 9<&-"] },
  // The terminal is made by the agent, in the container's own /dev/pts. The runtime must not end before conmon has it.
  terminal: {
    before: ['for word; do [ "$before" = --console-socket ] && console=$word; before=$word; done'],
    inside: (fail) => [
      `echo terminal "\${stat%% *}" "$console" 2>/dev/null >&${reportDescriptor}`,
      `read -r terminal <&${reportDescriptor} || { ${fail}; }`,
      'exec <"/dev/pts/$terminal" >"/dev/pts/$terminal" 2>&1',
    ],
    wrap: ownTerminal,
    after: [`read -r taken <&${terminalDescriptor}`, "exit 0"],
  },
};
