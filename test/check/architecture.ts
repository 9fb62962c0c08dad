import { cyclesOf } from "./cycles.ts";
import type { Problem } from "./problem.ts";
import { emptyNames, onlyUser, purePackages, rooms } from "./rooms.ts";
import type { Import, Source } from "./sources.ts";

type Shape = Pick<Source, "path" | "imports" | "effects">;

/** Everything in `sources` that the table of rooms doesn't allow, cycles among the files, and folders whose name says nothing. */
export function architectureProblems(sources: readonly Shape[], runtimePackages: ReadonlySet<string>): Problem[] {
  return [
    ...sources.flatMap((source) => nameProblems(source.path)),
    ...sources.flatMap((source) =>
      source.imports.flatMap((found) => importProblems(source.path, found, runtimePackages)),
    ),
    ...sources
      .filter(({ path }) => mustBePure(path))
      .flatMap((source) =>
        source.effects.map(({ name, line }) => ({
          where: `${source.path}:${line}`,
          what: `${name} in a pure room; take what it gives as an argument`,
        })),
      ),
    ...cyclesOf(sources).map((cycle) => ({
      where: cycle[0] ?? "",
      what: `import cycle: ${[...cycle, cycle[0]].join(" -> ")}`,
    })),
  ];
}

function nameProblems(path: string): Problem[] {
  const [top, room = "", ...rest] = path.split("/");
  const empty = path.split(/[/.]/).filter((part) => emptyNames.has(part));
  const problems = empty.map((name) => ({ where: path, what: `"${name}" says nothing; name it after what it holds` }));
  if (top !== "src") return problems;
  if (rest.length === 0) return [...problems, { where: path, what: "a file of src stands in a room" }];
  if (rooms[room] === undefined) problems.push({ where: path, what: `src/${room} is not in the table of rooms` });
  return problems;
}

function mustBePure(path: string): boolean {
  return !isTest(path) && path.startsWith("src/") && rooms[roomOf(path)]?.pure === true;
}

function importProblems(from: string, found: Import, runtimePackages: ReadonlySet<string>): Problem[] {
  const refusal = refusalOf(from, found, runtimePackages);
  return refusal === undefined
    ? []
    : [{ where: `${from}:${found.line}`, what: `imports ${found.specifier}: ${refusal}` }];
}

function refusalOf(
  from: string,
  { target, specifier }: Import,
  runtimePackages: ReadonlySet<string>,
): string | undefined {
  const inside = roomOf(from);
  if (!from.startsWith("src/") || rooms[inside] === undefined) return undefined;
  if (target === "package.json" && !mustBePure(from)) return undefined;
  if (target.startsWith("node:")) return mustBePure(from) ? "a pure room does without Node" : undefined;
  if (target.startsWith("test/")) {
    return isTest(from) && target.startsWith("test/harness/")
      ? undefined
      : "only tests use test/harness, and nothing else of test";
  }
  if (!target.startsWith("src/")) return packageRefusal(from, target, runtimePackages);
  const crosses = roomOf(target) !== inside;
  if (crosses !== specifier.startsWith("#")) {
    return crosses ? "across rooms, #room/file.ts" : "inside a room, a relative path";
  }
  return crosses ? roomRefusal(inside, target) : partRefusal(from, target);
}

function packageRefusal(from: string, name: string, runtimePackages: ReadonlySet<string>): string | undefined {
  if (isTest(from)) return undefined;
  if (!runtimePackages.has(name)) return "not among the dependencies of package.json";
  return mustBePure(from) && !purePackages.has(name) ? "not among the packages of pure rooms" : undefined;
}

function roomRefusal(room: string, target: string): string | undefined {
  const targetRoom = roomOf(target);
  const user = onlyUser[targetRoom];
  if (user !== undefined && user !== room) return `only ${user} may use ${targetRoom}`;
  const place = target.slice("src/".length);
  const allowed = reachable(room);
  const fits = [...allowed].some((use) => place === use || place.startsWith(`${use}/`));
  return fits ? undefined : `${room} may use ${[...allowed].join(", ") || "no other room"}`;
}

/** What a room may use, with what that may use in turn. A part or a file of a room stands for itself, and for what its room uses. */
function reachable(room: string, found: Set<string> = new Set()): Set<string> {
  for (const use of rooms[room]?.uses ?? []) {
    if (found.has(use)) continue;
    found.add(use);
    const [owner = "", part = ""] = use.split("/");
    for (const sibling of rooms[owner]?.parts?.[part] ?? []) found.add(`${owner}/${sibling}`);
    reachable(owner, found);
  }
  return found;
}

/** Inside a room with parts: a part uses itself, what is said of it, and the room's own files; those use no part. */
function partRefusal(from: string, target: string): string | undefined {
  const parts = rooms[roomOf(from)]?.parts;
  const part = partOf(target);
  const own = partOf(from);
  if (parts === undefined || part === undefined || part === own) return undefined;
  if (own === undefined) return isTest(from) ? undefined : `what all parts may use can't use ${part}`;
  return parts[own]?.includes(part)
    ? undefined
    : `${own} may use ${parts[own]?.join(", ") ?? "no other part of the room"}`;
}

function roomOf(path: string): string {
  return path.split("/")[1] ?? "";
}

/** `services` of src/core/services/map.ts; undefined for a file that stands in the room itself. */
function partOf(path: string): string | undefined {
  const [, , part, ...rest] = path.split("/");
  return rest.length > 0 ? part : undefined;
}

function isTest(path: string): boolean {
  return path.endsWith(".test.ts") || path.includes("/conformance/");
}
