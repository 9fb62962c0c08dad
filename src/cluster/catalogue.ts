import { readFile } from "node:fs/promises";
import { type Catalogue, parseCatalogue } from "#core/pods/images.ts";
import { ClusterFault } from "./faults.ts";

/** What the file says image names mean; nothing where none is given (""). Throws `ImagesUnusable`. */
export async function readCatalogue(file: string): Promise<Catalogue> {
  if (file === "") return new Map();
  const text = await textOf(file);
  const { parseDocument } = await import("yaml");
  const document = parseDocument(text, { version: "1.1" });
  const [problem] = document.errors;
  if (problem !== undefined) {
    throw unusable(file, `the catalogue of images is not YAML: ${problem.message.split("\n")[0]}`);
  }
  const { catalogue, problems } = parseCatalogue(document.toJS());
  const [first] = problems;
  if (first !== undefined) throw unusable(file, `the catalogue of images: ${first.path}: ${first.detail}`);
  return catalogue;
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw unusable(
      file,
      `the catalogue of images can't be read: ${cause instanceof Error ? cause.message : cause}`,
      cause,
    );
  }
}

const unusable = (where: string, what: string, cause?: unknown): ClusterFault =>
  new ClusterFault("ImagesUnusable", {
    what,
    where,
    fix: "write it like: images: { web: { args: [program, argument] } }",
    cause,
  });
