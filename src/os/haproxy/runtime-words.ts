/** What HAProxy's runtime socket can't be told: it ends a command at a line's end, and a payload at the first empty line. */
export class Untellable extends Error {
  readonly code = "Untellable";
  readonly where: string;
  readonly fix = "the value must be one line of text without control characters";
  constructor(word: string) {
    super(`HAProxy's runtime socket takes no such word: ${JSON.stringify(word.slice(0, 100))}`);
    this.where = "the runtime socket";
  }
}

/**
 * One word of a command, whatever it holds: blanks, semicolons, backslashes and the `<<` of a payload lose their meaning. Throws `Untellable` for
 * control characters and for the empty word.
 */
function runtimeWord(word: string): string {
  if (word === "" || hasControls(word)) throw new Untellable(word);
  return word.replace(/[\\ ;<#"']/g, "\\$&");
}

/** A command from its words. */
export const runtimeCommand = (...words: readonly (string | number)[]): string =>
  words.map((word) => runtimeWord(String(word))).join(" ");

/** A command with lines of its own behind it. Empty lines are left out, since the first would end it. */
export function withPayload(command: string, payload: string): string {
  const lines = payload.split(/\r?\n/).filter((line) => line !== "");
  return `${command} <<\n${lines.join("\n")}\n`;
}

const hasControls = (text: string): boolean => /\p{Cc}/u.test(text);
