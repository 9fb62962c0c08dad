import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What the real API says of a field. */
export interface FieldFacts {
  readonly type: string;
  readonly number: number | undefined;
  readonly within: number | undefined;
  /** Go holds a pointer: zero is something else than absent. */
  readonly isPointer: boolean;
  readonly isRequired: boolean;
  readonly merge: { readonly patchKey: string | undefined; readonly as: string; readonly keys: readonly string[] };
}
export type TypeFacts = ReadonlyMap<string, FieldFacts>;

/** The folder with the facts: named by `KUBERNETES_API_FACTS`, else beside the repository; undefined where there is none. */
export function factsFolder(): string | undefined {
  const folder = process.env.KUBERNETES_API_FACTS ?? join(import.meta.dirname, "../../../shared/kubernetes-api");
  return existsSync(join(folder, "resources.tsv")) ? folder : undefined;
}

/** By type name; types of versions that are no longer served are left out. */
export function readTypes(folder: string): ReadonlyMap<string, TypeFacts> {
  const types = new Map<string, TypeFacts>();
  for (const file of globSync("types/*.txt", { cwd: folder }).filter((name) => !name.includes("old_")))
    for (const block of readFileSync(join(folder, file), "utf8").split("\n\n")) {
      const [head = "", ...lines] = block.trim().split("\n");
      types.set(head.split(/\s/)[0] ?? "", new Map(lines.map(fieldOf)));
    }
  return types;
}

/** `  ports  []io.k8s.api.core.v1.ServicePort  #1 patch:merge mergeKey:port list:map keys:port,protocol` */
function fieldOf(line: string): [name: string, facts: FieldFacts] {
  const [name = "", type = "", ...words] = line.trim().split(/\s+/);
  const [, outer, inner] = /#(\d+)(?:>(\d+))?/.exec(line) ?? [];
  const word = (key: string): string | undefined =>
    words.find((one) => one.startsWith(`${key}:`))?.slice(key.length + 1);
  const merged = word("patch")?.split(",").includes("merge");
  const facts: FieldFacts = {
    type,
    number: outer === undefined ? undefined : Number(inner ?? outer),
    within: inner === undefined ? undefined : Number(outer),
    isPointer: words.includes("ptr"),
    isRequired: words.includes("required"),
    merge: {
      patchKey: merged ? (word("mergeKey") ?? "") : undefined,
      as: word("list") ?? "atomic",
      keys: word("keys")?.split(",") ?? [],
    },
  };
  return [name, facts];
}

/**
 * The same of versions that are no longer served, from their protobuf descriptions: numbers and types alone. A type of the same package
 * is told without its package.
 */
export function readOldTypes(folder: string): ReadonlyMap<string, TypeFacts> {
  const types = new Map<string, TypeFacts>();
  for (const file of globSync("types/old_*.txt", { cwd: folder }))
    for (const block of readFileSync(join(folder, file), "utf8").split("\n\n")) {
      const [head = "", ...lines] = block.trim().split("\n");
      types.set(head.replace(/^k8s\.io\./, "io.k8s."), new Map(lines.map(fieldOf)));
    }
  return types;
}

/** A line of resources.tsv, by column name. */
export function readResources(folder: string): readonly Readonly<Record<string, string>>[] {
  const [head = "", ...lines] = readFileSync(join(folder, "resources.tsv"), "utf8").trim().split("\n");
  const columns = head.split("\t");
  return lines.map((line) => Object.fromEntries(line.split("\t").map((value, i) => [columns[i] ?? "", value])));
}
