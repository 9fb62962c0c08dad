import { commandEnv, start } from "#os/spawn.ts";
import type { Kubectl } from "../harness/kubectls.ts";

export interface TerminalOptions {
  readonly kubectl: Kubectl;
  readonly kubeconfig: string;
  readonly namespace: string;
  /** Where kubectl keeps what it knows of the server. */
  readonly cacheFolder: string;
}

export interface Terminal {
  /** Types a line of a session, and gives what is seen when it has ended, made comparable. */
  readonly type: (line: string) => Promise<string>;
  /** Types a line that doesn't end by itself; Ctrl-C is to be pressed. */
  readonly watch: (line: string) => Watching;
}

export interface Watching {
  /** What standard output has shown so far, made comparable. */
  readonly seen: () => string;
  readonly interrupt: () => Promise<void>;
}

/** The manifests that sessions name. */
const folder = `${import.meta.dirname}/manifests`;
const line = /^(?:KUBE_EDITOR='([^']*)' )?(?:echo (.*?) \| )?kubectl (.*)$/;

/** Somebody at a terminal with one kubectl, in a namespace of their own. */
export function openTerminal({ kubectl, kubeconfig, namespace, cacheFolder }: TerminalOptions): Terminal {
  const own = ["--kubeconfig", kubeconfig, "--cache-dir", cacheFolder, "--namespace", namespace];
  const shown = (pieces: readonly Buffer[]): string =>
    comparable(Buffer.concat(pieces).toString().replaceAll(namespace, "NS"));
  const begin = (typed: string) => {
    const [, editor, input, args] = line.exec(typed) ?? [];
    if (args === undefined) throw new Error(`not a line that a session may have: ${typed}`);
    const child = start([kubectl.path, ...own, ...wordsOf(args.replaceAll("$NS", namespace))], {
      stdio: ["pipe", "pipe", "pipe"],
      cwd: folder,
      env: { ...commandEnv(), ...(editor !== undefined && { KUBE_EDITOR: editor }) },
    });
    const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
    child.stdout?.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr?.on("data", (chunk: Buffer) => stderr.push(chunk));
    child.stdin?.on("error", () => {}); // it ended without reading
    child.stdin?.end(input === undefined ? undefined : `${input}\n`);
    const code = new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
    return { child, stdout, stderr, code };
  };
  return {
    type: async (typed) => {
      const { code, stdout, stderr } = begin(typed);
      const ending = await code;
      const seen = [shown(stdout), shown(stderr), ending === 0 ? "" : `exit ${ending}`];
      return seen.filter((part) => part !== "").join("\n");
    },
    watch: (typed) => {
      const { child, stdout, code } = begin(typed);
      return {
        seen: () => shown(stdout),
        interrupt: async () => {
          child.kill("SIGINT");
          await code;
        },
      };
    },
  };
}

/** Words in single quotes stay whole, as for a shell. */
const wordsOf = (text: string): string[] =>
  [...text.matchAll(/(?:'[^']*'|[^\s'])+/g)].map(([word]) => word.replaceAll("'", ""));

const random = "[bcdfghjklmnpqrstvwxz2456789]";

/** What differs from run to run, by name; columns are two spaces apart, however wide. */
const replacements: readonly (readonly [RegExp, string])[] = [
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours, which older kubectls print also where nobody sees them
  [/\u001b\[[\d;]*m/g, ""],
  [/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, "UID"],
  [new RegExp(`-${random}{6,10}-${random}{5}\\b`, "g"), "-HASH-ID"],
  [new RegExp(`([-=])${random}{8,10}\\b`, "g"), "$1HASH"],
  [new RegExp(`-${random}{5}\\b`, "g"), "-ID"],
  [/https:\/\/127\.0\.0\.1:\d+/g, "https://API"],
  [/\b\d+\.\d+\.\d+\.\d+\b/g, "IP"],
  [/"?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"?/g, "TIME"],
  [/[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d \+0000/g, "DATE"],
  [/(?<=[\s(])(\d+[hm])*\d+[hms](?=[\s)]|$)/gm, "AGE"],
  [/\b3\d{4}(?=\/)/g, "NODEPORT"],
  [/(resourceVersion: )"\d+"/g, '$1"N"'],
  [/(?<=\S) {2,}/g, "  "],
  [/^ {9,}/gm, " ".repeat(9)],
  [/[ \t]+$/gm, ""],
];

const comparable = (text: string): string =>
  replacements.reduce((changed, [pattern, name]) => changed.replace(pattern, name), text).trim();
