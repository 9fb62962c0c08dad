import type { NftEngine } from "./nft-engine.ts";
import { openInteractive } from "./nft-interactive.ts";
import { openLibrary } from "./nft-library.ts";
import { CommandFailed, run } from "./spawn.ts";

/** The kernel's rules, changed by text: each call is one transaction, done wholly or not at all. */
export interface Nft {
  /** Rejects with `RulesetRefused`; the rules are then as before. */
  readonly apply: (text: string) => Promise<void>;
  /** Which of the ways below small changes take, for messages and measurements. */
  readonly way: NftWay;
  readonly close: () => void;
}

/**
 * - `library`: libnftables in this process, 0.1 ms a change;
 * - `interactive`: a lasting `nft -i`, 0.4 ms;
 * - `program`: one `nft -f -` a change, 16 ms where the table is large.
 */
export type NftWay = "library" | "interactive" | "program";

/** nft refused a transaction. Nothing of it has happened. */
export class RulesetRefused extends Error {
  readonly code = "RulesetRefused";
  readonly where: string;
  readonly fix =
    "the node's rules are as they were before; see that `nft --version` is at least 1.0.1 and the kernel at least 5.13";

  constructor(text: string, stderr: string, options?: { readonly cause: unknown }) {
    const line = Number(/:(\d+):\d+-\d+: Error/.exec(stderr)?.[1] ?? 1);
    super(`nft refused a change: ${stderr.trim().slice(0, 500)}`, options);
    this.where = (text.split("\n")[line - 1] ?? "").slice(0, 200);
  }
}

/** Beyond this a change runs in a program of its own: it would hold this process up, and the library keeps the memory. */
const smallTextBytes = 64 * 1024;

/**
 * Opens the fastest way this machine has, in the network namespace that this thread is in; `only` takes that way or rejects.
 * Text is handed to nft as it is: who makes it must let nothing of a user's in unparsed.
 */
export async function openNft(only?: NftWay): Promise<Nft> {
  const { way, engine } = await openEngine(only);
  return {
    way,
    async apply(text) {
      if (text === "") return;
      if (engine === undefined || text.length > smallTextBytes) return runProgram(text);
      const refusal = await engine.apply(text);
      if (refusal !== undefined) throw new RulesetRefused(text, refusal);
    },
    close: () => engine?.close(),
  };
}

async function openEngine(only: NftWay | undefined): Promise<{ way: NftWay; engine: NftEngine | undefined }> {
  if (only === "program") return { way: "program", engine: undefined };
  const library = only === "interactive" ? undefined : await openLibrary();
  if (library !== undefined) return { way: "library", engine: library };
  if (only === "library") throw new LibraryMissing();
  return { way: "interactive", engine: openInteractive() };
}

async function runProgram(text: string): Promise<void> {
  try {
    await run(["nft", "-f", "-"], { input: text });
  } catch (cause) {
    if (cause instanceof CommandFailed && cause.exitCode !== undefined)
      throw new RulesetRefused(text, cause.stderr, { cause });
    throw cause;
  }
}

/** libnftables can't be called from this process. */
class LibraryMissing extends Error {
  readonly code = "LibraryMissing";
  readonly where = "libnftables.so.1";
  readonly fix = "install libnftables1, and run Node with --experimental-ffi; changes go through `nft -i` meanwhile";
  constructor() {
    super("libnftables can't be called from this process");
  }
}

/** The table as nft lists it; undefined where there is none. A program of its own, since nft reads the whole of a large table. */
export async function listTable(table: string): Promise<string | undefined> {
  try {
    return (await run(["nft", "list", "table", "inet", table])).stdout;
  } catch (fault) {
    if (fault instanceof CommandFailed && fault.stderr.includes("No such file or directory")) return undefined;
    throw fault;
  }
}
