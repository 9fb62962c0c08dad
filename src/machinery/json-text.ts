/**
 * Fields that stand twice in one object of a JSON text: `JSON.parse` keeps the last and forgets that there were two.
 * `duplicate field "spec.type"`, in the order of the text; each once.
 * The text has been parsed before, so its form is known to be good.
 */
export function duplicateFields(text: string): readonly string[] {
  const found = new Set<string>();
  const open: Level[] = [];
  for (const { 0: token } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]/gs)) {
    const level = open.at(-1);
    if (token === "{" || token === "[")
      open.push({ names: token === "{" ? new Set() : undefined, at: "", index: 0, colon: false });
    else if (token === "}" || token === "]") open.pop();
    else if (level === undefined) continue;
    else if (token === ",") step(level);
    else if (token === ":") level.colon = true;
    else if (level.names !== undefined && !level.colon) {
      level.at = String(JSON.parse(token));
      if (level.names.has(level.at)) found.add(pathOf(open));
      level.names.add(level.at);
    }
  }
  return [...found].map((path) => `duplicate field ${JSON.stringify(path)}`);
}

interface Level {
  /** Those seen so far; undefined in a list. */
  readonly names: Set<string> | undefined;
  at: string;
  index: number;
  colon: boolean;
}
function step(level: Level): void {
  level.colon = false;
  level.index++;
}
const pathOf = (open: readonly Level[]): string =>
  open
    .map(({ names, at, index }) => (names === undefined ? `[${index}]` : `.${at}`))
    .join("")
    .replace(/^\./, "");
