import { isJsonObject, readJson } from "#machinery/json.ts";
import type { TerminalSize } from "#os/pseudo-terminal.ts";

/** No client says more of one size. */
const longestLine = 1024;

/** The sizes that a client's terminal takes: a line of JSON each, `{"Width":80,"Height":24}`. Source: TerminalSize of client-go. */
export class TerminalSizes {
  #rest = "";
  #latest: TerminalSize | undefined;
  #resized = (_: TerminalSize): void => {};

  /** Some more of what the client says. */
  take(bytes: Buffer): void {
    const lines = (this.#rest + bytes.toString()).split("\n");
    this.#rest = (lines.pop() ?? "").slice(0, longestLine);
    for (const line of lines) this.#note(sizeOf(line));
  }

  /** From now on `resized` is told, of what the client said before, too. */
  follow(resized: (size: TerminalSize) => void): void {
    this.#resized = resized;
    if (this.#latest !== undefined) resized(this.#latest);
  }

  #note(size: TerminalSize | undefined): void {
    if (size === undefined) return;
    this.#latest = size;
    this.#resized(size);
  }
}

/** undefined where it is none: a terminal has a character at least, and the kernel counts them in 16 bits. */
function sizeOf(line: string): TerminalSize | undefined {
  const said = readJson(line);
  const { Width: width, Height: height } = isJsonObject(said) ? said : {};
  return isSide(width) && isSide(height) ? { width, height } : undefined;
}

const isSide = (value: unknown): value is number =>
  typeof value === "number" && Number.isInteger(value) && value > 0 && value < 65_536;
