import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import type { Problem } from "./problem.ts";

/** Folders at the root of somebody's own machine: a path below them means nothing on another one. */
const privateRoots = ["work", "Users"].map((name) => `/${name}/`);

/** Tracked files that mention somebody's machine; `PORTOLAN_PRIVATE_WORDS` (comma-separated) adds words that are private here. */
export function wordProblems(root: string): Problem[] {
  // An unpacked archive instead of a clone tracks nothing.
  if (!existsSync(`${root}/.git`)) return [];
  const own = (process.env.PORTOLAN_PRIVATE_WORDS ?? "").split(",").filter((word) => word !== "");
  const words = [...privateRoots, ...own];
  const tracked = execFileSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" }).split("\0");
  return tracked
    .filter((path) => path !== "" && existsSync(`${root}/${path}`))
    .flatMap((path) => mentions(root, path, words));
}

function mentions(root: string, path: string, words: readonly string[]): Problem[] {
  const lines = readFileSync(`${root}/${path}`, "utf8").split("\n");
  return lines.flatMap((line, index) =>
    words
      .filter((word) => line.includes(word))
      .map((word) => ({ where: `${path}:${index + 1}`, what: `${JSON.stringify(word)} is private to one machine` })),
  );
}
