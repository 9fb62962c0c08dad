import type { Problem } from "./problem.ts";
import type { Source } from "./sources.ts";

/** What a file of src offers to others, and no other has a use for. */
export function exportProblems(sources: readonly Pick<Source, "path" | "exports" | "names">[]): Problem[] {
  return sources
    .filter(({ path }) => path.startsWith("src/"))
    .flatMap(({ path, exports }) =>
      exports
        .filter(({ name }) => !sources.some((other) => other.path !== path && other.names.has(name)))
        .map(({ name, line }) => ({ where: `${path}:${line}`, what: `nobody else uses ${name}: it needs no export` })),
    );
}
