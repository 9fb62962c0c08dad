import { isJsonObject, readJson } from "#machinery/json.ts";
import type { TerminalSize } from "#os/pseudo-terminal.ts";

/** No client says more of one size. */
const longestLine = 1024;

/** The sizes that a client's terminal takes: a line of JSON each, `{"Width":80,"Height":24}`. Source: TerminalSize of client-go. */
export class TerminalSizes {
  #rest = "";
  #latest: TerminalSize | undefined;
  #told: TerminalSize | undefined;
  #resize: ((size: TerminalSize) => Promise<void>) | undefined;
  #isBusy = false;

  /** Some more of what the client says. */
  take(bytes: Buffer): void {
    const lines = (this.#rest + bytes.toString()).split("\n");
    this.#rest = (lines.pop() ?? "").slice(0, longestLine);
    this.#latest = lines.map(sizeOf).findLast((size) => size !== undefined) ?? this.#latest;
    void this.#tell();
  }

  /** From now on `resize` is told, of what the client said before, too; of the latest only while it takes its time. It never rejects. */
  follow(resize: (size: TerminalSize) => Promise<void>): void {
    this.#resize = resize;
    void this.#tell();
  }

  async #tell(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    while (this.#resize !== undefined && this.#latest !== undefined && this.#latest !== this.#told) {
      this.#told = this.#latest;
      await this.#resize(this.#latest);
    }
    this.#isBusy = false;
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
