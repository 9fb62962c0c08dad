import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";

/**
 * Everything that a running cluster changes on its machine, written down before it is changed, so that `down` can undo it even
 * when every process was killed.
 */
export type Effect =
  | { readonly is: "link"; readonly name: string }
  /** Ways to the pods of other nodes, in these blocks. */
  | { readonly is: "routes"; readonly protocol: number; readonly blocks: readonly string[] }
  /** A private network: a bridge, and a table that lets its nodes out. */
  | { readonly is: "lan"; readonly bridge: string; readonly table: string; readonly blocks: readonly string[] }
  /** A node that is a network namespace: with it go its links, routes and rules, but not its processes, mounts and files. */
  | { readonly is: "node"; readonly folder: string; readonly netns: string; readonly cable: string }
  | { readonly is: "sysctl"; readonly key: string; readonly holder: string }
  | { readonly is: "nftTable"; readonly name: string }
  /** Kubernetes' chains; iptables leaves its own behind that were not there before. */
  | { readonly is: "iptablesRules"; readonly chainsBefore: readonly string[] }
  /** What the kernel answers for on the LAN, and the rules that keep it from doing so too long. */
  | { readonly is: "lanAnswers"; readonly table: string }
  /** A rule of ours in somebody else's firewall; `undo` takes it out again. */
  | { readonly is: "foreignRule"; readonly undo: readonly [program: string, ...args: string[]] }
  /** Lines of ours in the machine's hosts file. */
  | { readonly is: "hostNames"; readonly file: string; readonly holder: string }
  /** Connections that the kernel remembers because of our rules. */
  | { readonly is: "conntrack"; readonly blocks: readonly string[] }
  /** Folders of pods: their processes, namespaces, mounts and cgroups are found from there. */
  | { readonly is: "pods"; readonly folder: string };

export interface Ledger {
  /** Call it before the effect is made. */
  readonly note: (effect: Effect) => void;
  readonly effects: () => readonly Effect[];
  /** When one of them is undone. */
  readonly forget: (effect: Effect) => void;
  /** When all of them are undone. */
  readonly clear: () => void;
}

export function openLedger(dataDir: string): Ledger {
  const file = join(dataDir, "run", "effects.jsonl");
  const effects = (): readonly Effect[] => (existsSync(file) ? readLines(readFileSync(file, "utf8")) : []);
  return {
    effects,
    clear: () => rmSync(file, { force: true }),
    forget(effect) {
      const line = JSON.stringify(effect);
      const lines = effects().map((one) => JSON.stringify(one));
      const kept = lines.filter((one) => one !== line).map((one) => `${one}\n`);
      writeFileSync(`${file}.new`, kept.join(""), { mode: 0o600 });
      renameSync(`${file}.new`, file);
    },
    note(effect) {
      const line = JSON.stringify(effect);
      if (effects().some((old) => JSON.stringify(old) === line)) return;
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      dropCutLine(file);
      appendFileSync(file, `${line}\n`, { mode: 0o600 });
    },
  };
}

function dropCutLine(file: string): void {
  if (!existsSync(file)) return;
  const bytes = readFileSync(file);
  const whole = bytes.lastIndexOf("\n") + 1;
  if (whole < bytes.length) truncateSync(file, whole);
}

/** A last line that a kill cut short is an effect that was not made. */
function readLines(text: string): readonly Effect[] {
  return text
    .split("\n")
    .slice(0, -1)
    .map((line): Effect => JSON.parse(line));
}
