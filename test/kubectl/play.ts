import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "../harness/eventually.ts";
import type { Kubectl } from "../harness/kubectls.ts";
import type { Terminal } from "./terminal.ts";
import { type Exchange, fits, parseSession, printSession, seenBy, withSeen } from "./transcript.ts";

/** A session's file, and what kubectls have shown so far. */
export interface Play {
  readonly name: string;
  readonly file: string;
  readonly exchanges: readonly Exchange[];
  /** By minor version. */
  readonly shown: Map<Exchange, Map<number, string>>;
}

/** The sessions of a folder beside this file, in their order. */
export function playsIn(folder: "together" | "alone"): readonly Play[] {
  const path = join(import.meta.dirname, "sessions", folder);
  return readdirSync(path)
    .sort()
    .map((name) => {
      const file = join(path, name);
      return { name, file, ...parseSession(readFileSync(file, "utf8")), shown: new Map() };
    });
}

/** Those whose requests differ most from what the version before sends. */
const few = ["1.20", "1.27", "1.30", "1.33"];
export const isOfFew = ({ version }: Kubectl): boolean => few.includes(version);

/** Types a whole session. Gives what was not as it should be. */
export async function play({ exchanges, shown }: Play, terminal: Terminal, kubectl: Kubectl): Promise<string> {
  const minor = Number(kubectl.version.split(".")[1]);
  const misfits: string[] = [];
  for (const exchange of exchanges.filter(({ how }) => how !== "few" || isOfFew(kubectl))) {
    const expected = seenBy(exchange, minor) ?? "";
    const text = await seenAt(terminal, exchange, expected);
    shown.set(exchange, (shown.get(exchange) ?? new Map<number, string>()).set(minor, text));
    if (!fits(text, expected)) misfits.push(`$ ${exchange.typed}\n${text}\n-- instead of\n${expected}`);
  }
  return misfits.join("\n\n");
}

async function seenAt(terminal: Terminal, { typed, how }: Exchange, expected: string): Promise<string> {
  let last = await terminal.type(typed);
  if (how !== "wait" || fits(last, expected)) return last;
  const again = async (): Promise<boolean> => {
    last = await terminal.type(typed);
    return fits(last, expected);
  };
  // In vain: then what it showed last is what is told.
  await eventually(typed, again, { seconds: 30 }).catch(() => false);
  return last;
}

/** Writes what was shown into the session's file. */
export function renew({ file, exchanges, shown }: Play): void {
  const renewed = exchanges.map((exchange) => {
    const oldestFirst = [...(shown.get(exchange) ?? [])].sort(([a], [b]) => a - b);
    return withSeen(exchange, new Map(oldestFirst));
  });
  writeFileSync(file, printSession({ exchanges: renewed }));
}
