import { readFileSync } from "node:fs";
import type { Problem } from "./problem.ts";
import type { Source } from "./sources.ts";

export const longestFile = 400;
export const longestFunction = 60;
const exemptionsPath = "test/size-exemptions.txt";

/** Files and functions that are too long and not exempted, and exemptions that nothing needs any more. */
export function sizeProblems(sources: readonly Source[], exemptions: readonly Exemption[]): Problem[] {
  const tooLong = sources.flatMap(overlong);
  const exempted = new Set(exemptions.map(({ subject }) => subject));
  const needed = new Set(tooLong.map(({ subject }) => subject));
  return [
    ...tooLong.filter(({ subject }) => !exempted.has(subject)).map(({ problem }) => problem),
    ...exemptions
      .filter(({ subject }) => !needed.has(subject))
      .map(({ subject, line }) => ({
        where: `${exemptionsPath}:${line}`,
        what: `${subject} needs no exemption any more`,
      })),
    ...exemptions
      .filter(({ reason }) => reason === "")
      .map(({ subject, line }) => ({
        where: `${exemptionsPath}:${line}`,
        what: `${subject} is exempted without a reason`,
      })),
  ];
}

interface Overlong {
  /** `path` or `path#function`. */
  readonly subject: string;
  readonly problem: Problem;
}

function overlong({ path, lines, functions }: Source): Overlong[] {
  const found: Overlong[] = [];
  if (lines > longestFile) {
    found.push({ subject: path, problem: { where: path, what: `${lines} lines, more than ${longestFile}` } });
  }
  for (const { name, line, lines: length } of functions) {
    if (length <= longestFunction) continue;
    const what = `${name || "this callback"} has ${length} lines, more than ${longestFunction}`;
    found.push({ subject: `${path}#${name}`, problem: { where: `${path}:${line}`, what } });
  }
  return found;
}

export interface Exemption {
  readonly subject: string;
  readonly reason: string;
  readonly line: number;
}

/** Lines of `path reason` or `path#function reason`; `#` at the beginning makes a remark. */
export function readExemptions(root: string): Exemption[] {
  const lines = readFileSync(`${root}/${exemptionsPath}`, "utf8").split("\n");
  return lines.flatMap((text, index) => {
    const [subject = "", ...reason] = text.trim().split(/\s+/);
    return subject === "" || subject.startsWith("#") ? [] : [{ subject, reason: reason.join(" "), line: index + 1 }];
  });
}

/** `p50 12, p90 33, max 58` of the numbers. */
export function showPercentiles(numbers: readonly number[]): string {
  const sorted = numbers.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
  return `p50 ${at(0.5)}, p90 ${at(0.9)}, max ${at(1)}`;
}
