import { write } from "node:fs";

const standardOutput = 1;

/** Writes lines of JSON to standard output, those of one event-loop turn together. What can't be written is lost: requests don't wait for their log. */
export function accessLog(): (entry: object) => void {
  let lines = "";
  const flush = (): void => {
    const text = lines;
    lines = "";
    write(standardOutput, text, () => {});
  };
  return (entry) => {
    if (lines === "") setImmediate(flush);
    lines += `${JSON.stringify(entry)}\n`;
  };
}
