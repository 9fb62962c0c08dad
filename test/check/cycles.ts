import type { Source } from "./sources.ts";

/** Groups of files that import each other in a circle, each in an order in which the circle runs. */
export function cyclesOf(sources: readonly Pick<Source, "path" | "imports">[]): string[][] {
  const edges = new Map(sources.map(({ path, imports }) => [path, new Set(imports.map(({ target }) => target))]));
  const finished = new Set<string>();
  const cycles: string[][] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) cycles.push(trail.slice(start));
    if (start >= 0 || finished.has(path)) return;
    for (const next of edges.get(path) ?? []) if (edges.has(next)) visit(next, [...trail, path]);
    finished.add(path);
  };
  for (const path of edges.keys()) visit(path, []);
  return cycles;
}
