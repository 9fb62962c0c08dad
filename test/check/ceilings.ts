import { readFileSync, writeFileSync } from "node:fs";
import type { Problem } from "./problem.ts";
import { type Escape, escapes, type Source } from "./sources.ts";

/** Per room: how often the compiler or a fault is got around. */
export type Ceilings = Readonly<Record<string, Readonly<Record<Escape, number>>>>;

const ceilingsPath = "test/ceilings.json";

/** What `sources` count now, per room of src; test and bench count as one room each. */
export function countByRoom(sources: readonly Source[]): Ceilings {
  const counts: Record<string, Record<Escape, number>> = {};
  for (const { path, escapes: found } of sources) {
    const [top = "", folder = ""] = path.split("/");
    const room = path.endsWith(".test.ts") ? "test" : top === "src" ? folder : top;
    const sum = counts[room] ?? { any: 0, as: 0, catch: 0 };
    counts[room] = { any: sum.any + found.any, as: sum.as + found.as, catch: sum.catch + found.catch };
  }
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => a.localeCompare(b)));
}

/** Rooms that count more than the committed ceiling; a room without one may have none at all. */
export function ceilingProblems(counts: Ceilings, ceilings: Ceilings): Problem[] {
  return Object.entries(counts).flatMap(([room, count]) =>
    escapes
      .filter((way) => count[way] > (ceilings[room]?.[way] ?? 0))
      .map((way) => ({
        where: ceilingsPath,
        what: `${room} has ${count[way]} \`${way}\`, more than the ${ceilings[room]?.[way] ?? 0} allowed`,
      })),
  );
}

/** Throws where the file is not what `writeCeilings` wrote. */
export function readCeilings(root: string): Ceilings {
  const parsed: unknown = JSON.parse(readFileSync(`${root}/${ceilingsPath}`, "utf8"));
  return Object.fromEntries(
    Object.entries(recordOf(parsed)).map(([room, counts]) => [room, countsOf(recordOf(counts))]),
  );
}

export function writeCeilings(root: string, counts: Ceilings): void {
  writeFileSync(`${root}/${ceilingsPath}`, `${JSON.stringify(counts, undefined, 2)}\n`);
}

function recordOf(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null)
    throw new Error(`${ceilingsPath}: ${JSON.stringify(value)} is no object`);
  return { ...value };
}

function countsOf(counts: Record<string, unknown>): Record<Escape, number> {
  const number = (way: Escape): number => {
    const value = counts[way];
    if (typeof value !== "number") throw new Error(`${ceilingsPath}: ${way} is no number`);
    return value;
  };
  return { any: number("any"), as: number("as"), catch: number("catch") };
}
