import { readdir, readFile, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { text } from "node:stream/consumers";
import { builtIn } from "#api/kinds.ts";
import type { Manifest } from "#client/apply.ts";
import { isJsonObject } from "#machinery/json.ts";

/** A manifest that can't be applied: which file, which of its documents, and why. */
class ManifestUnusable extends Error {
  readonly code = "ManifestUnusable";
  readonly where: string;
  readonly fix: string;
  constructor(where: string, story: { readonly what: string; readonly fix: string; readonly cause?: unknown }) {
    super(story.what, { cause: story.cause });
    this.where = where;
    this.fix = story.fix;
  }
}

/** Every object of files, folders (their .yaml, .yml and .json) and `-` (standard input). Throws `ManifestUnusable`. */
export async function readManifests(paths: readonly string[], namespace: string): Promise<readonly Manifest[]> {
  const files = (await Promise.all(paths.map(filesAt))).flat();
  const { parseAllDocuments } = await import("yaml");
  const manifests: Manifest[] = [];
  for (const file of files) {
    const content = await readText(file);
    // kubectl reads YAML 1.1: `yes` is true there, and 010 is eight.
    for (const [index, document] of parseAllDocuments(content, { version: "1.1" }).entries()) {
      const where = `${file}, document ${index + 1}`;
      const [problem] = "errors" in document ? document.errors : [];
      if (problem !== undefined) {
        throw new ManifestUnusable(where, {
          what: `not YAML: ${problem.message.split("\n")[0]}`,
          fix: "correct that line",
        });
      }
      manifests.push(...manifestsOf(document.toJS(), { where, namespace }));
    }
  }
  return manifests;
}

async function filesAt(path: string): Promise<readonly string[]> {
  if (path === "-") return [path];
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const names = (await readdir(path)).filter((name) => [".yaml", ".yml", ".json"].includes(extname(name)));
    return names.toSorted().map((name) => join(path, name));
  } catch (cause) {
    throw new ManifestUnusable(path, {
      what: `${path} can't be read`,
      fix: "give the path of a manifest, or of a folder of them",
      cause,
    });
  }
}

const readText = (file: string): Promise<string> => (file === "-" ? text(process.stdin) : readFile(file, "utf8"));

interface Place {
  readonly where: string;
  readonly namespace: string;
}

function manifestsOf(json: unknown, place: Place): readonly Manifest[] {
  if (json === null || json === undefined) return [];
  if (!isJsonObject(json))
    throw new ManifestUnusable(place.where, { what: "not an object", fix: "begin with apiVersion and kind" });
  if (json.kind === "List" && Array.isArray(json.items)) return json.items.flatMap((item) => manifestsOf(item, place));
  const { apiVersion, kind: kindName } = json;
  if (typeof apiVersion !== "string" || typeof kindName !== "string") {
    throw new ManifestUnusable(place.where, {
      what: "apiVersion or kind is missing",
      fix: "say what it is, e.g. apiVersion: v1, kind: Service",
    });
  }
  const kind = builtIn.named(apiVersion, kindName);
  if (kind === undefined) {
    throw new ManifestUnusable(place.where, {
      what: `no matches for kind "${kindName}" in version "${apiVersion}"`,
      fix: "`portolan kubectl api-resources` lists the kinds of this cluster",
    });
  }
  const metadata = isJsonObject(json.metadata) ? json.metadata : {};
  if (typeof metadata.name !== "string") {
    throw new ManifestUnusable(place.where, { what: `${kindName} without a name`, fix: "give metadata.name" });
  }
  const own = typeof metadata.namespace === "string" ? metadata.namespace : place.namespace;
  const namespace = kind.scope === "Namespaced" ? own : "";
  const object = kind.scope === "Namespaced" ? { ...json, metadata: { ...metadata, namespace } } : json;
  return [{ kind, namespace, name: metadata.name, object }];
}
