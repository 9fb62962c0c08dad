/**
 * Sessions with kubectl as text: what is typed, and what every version shows then.
 *
 *     # Why.
 *     $ kubectl get svc web                          what is typed
 *     NAME  TYPE …                                   standard output, then standard error, then `exit N` where N isn't 0
 *     == since 1.27                                  what kubectl 1.27 and later ones show instead
 *     …
 *
 * Before `$` may stand `wait`: it is typed until what is seen fits; and `few`: a few versions do for it, since it is the server that
 * speaks, or nothing of it has changed from one to the next. `…` stands for any text, alone in its line for any lines. Before `kubectl` may stand `KUBE_EDITOR='…'`, and `echo TEXT |`.
 */
export interface Session {
  readonly exchanges: readonly Exchange[];
}

export interface Exchange {
  /** The lines before what is typed, as they stand there. */
  readonly comment: string;
  readonly typed: string;
  readonly how: "once" | "few" | "wait";
  /** By the minor version from which on it is seen, the newest first. */
  readonly seen: readonly Seen[];
}
export interface Seen {
  readonly since: number;
  readonly text: string;
}

const prompt = /^(?:(few|wait) )?\$ (.*)$/;
const edition = /^== since 1\.(\d+)$/;

export function parseSession(text: string): Session {
  const exchanges: Exchange[] = [];
  let comment: string[] = [];
  let answer: { readonly since: number; readonly lines: string[] }[] = [];
  const finish = (): void => {
    const last = exchanges.pop();
    if (last === undefined) return;
    const seen = answer.map(({ since, lines }) => ({ since, text: lines.join("\n").trim() }));
    exchanges.push({ ...last, seen: seen.toReversed() });
  };
  for (const line of text.split("\n")) {
    const [, how, typed] = prompt.exec(line) ?? [];
    const since = edition.exec(line)?.[1];
    if (typed !== undefined) {
      finish();
      exchanges.push({ comment: comment.join("\n"), typed, how: howOf(how), seen: [] });
      comment = [];
      answer = [{ since: 0, lines: [] }];
    } else if (line.startsWith("# ")) comment.push(line);
    else if (since !== undefined) answer.push({ since: Number(since), lines: [] });
    else answer.at(-1)?.lines.push(line);
  }
  finish();
  return { exchanges };
}

const howOf = (word: string | undefined): Exchange["how"] => (word === "few" || word === "wait" ? word : "once");

export function printSession({ exchanges }: Session): string {
  return exchanges.map(printExchange).join("\n");
}

function printExchange({ comment, typed, how, seen }: Exchange): string {
  const answers = seen
    .toReversed()
    .map(({ since, text }) => `${since === 0 ? "" : `== since 1.${since}\n`}${text && `${text}\n`}`);
  return `${comment && `${comment}\n`}${how === "once" ? "" : `${how} `}$ ${typed}\n${answers.join("")}`;
}

/** What a kubectl of that minor version must show; undefined where it doesn't know the command. */
export const seenBy = ({ seen }: Exchange, minor: number): string | undefined =>
  seen.find(({ since }) => since <= minor)?.text;

/** The exchange with what versions have shown, by minor version from the oldest on; what fits already stays as it is written. */
export function withSeen(exchange: Exchange, shown: ReadonlyMap<number, string>): Exchange {
  if ([...shown].every(([minor, text]) => fits(text, seenBy(exchange, minor) ?? ""))) return exchange;
  const seen: Seen[] = [];
  for (const [minor, text] of shown)
    if (seen.at(-1)?.text !== text) seen.push({ since: seen.length === 0 ? 0 : minor, text });
  return { ...exchange, seen: seen.toReversed() };
}

/** Whether a text is what was to be seen, in which `…` is anything. */
export function fits(text: string, pattern: string): boolean {
  const lines = pattern.split("\n").map((line) => (line === "…" ? "(?:.*\n)*" : `${literal(line)}\n`));
  return new RegExp(`^${lines.join("")}$`).test(`${text}\n`);
}

const literal = (line: string): string => line.split("…").map(RegExp.escape).join(".*");
