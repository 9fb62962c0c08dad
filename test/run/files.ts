import { glob } from "node:fs/promises";
import { rooms } from "../check/rooms.ts";

export interface TestFiles {
  readonly small: readonly string[];
  /** Run after all others: they bring up whole clusters, and wait more than they compute. */
  readonly ofClusters: readonly string[];
}

/** Every test file whose path has one of `words` in it; all where there are none. Paths are from the repository's root. */
export async function findTests(root: string, words: readonly string[]): Promise<TestFiles> {
  const found = await Array.fromAsync(glob(["src/**/*.test.ts", "test/**/*.test.ts"], { cwd: root }));
  const wanted = found.filter((path) => words.length === 0 || words.some((word) => path.includes(word))).sort();
  const isOfCluster = (path: string): boolean => path.startsWith("test/cluster/");
  return { small: wanted.filter((path) => !isOfCluster(path)), ofClusters: wanted.filter(isOfCluster) };
}

/** Whether the file tests a room without effects. */
export function isOfPureRoom(path: string): boolean {
  const [top, room = ""] = path.split("/");
  return top === "src" && rooms[room]?.pure === true;
}
