import jsonPatch from "fast-json-patch";
import { isJsonObject, type JsonObject } from "../json.ts";
import { cannotUnmarshal, PatchRefused } from "./refused.ts";

/** As many as Kubernetes takes in one patch. Source: maxJSONPatchOperations (CVE-2019-1002100). */
const mostOperations = 10_000;
/** Characters of JSON that a patch may copy in all: `copy` doubles what it copies. */
const mostCopied = 3 * 1024 * 1024;

/**
 * RFC 6902. Leaves its arguments alone. Throws PatchRefused where the patch is none, can't be applied, or is too much.
 */
export function applyJsonPatch(document: unknown, operations: unknown): unknown {
  if (!Array.isArray(operations)) throw new PatchRefused("invalid", cannotUnmarshal(operations, "jsonpatch.Patch"));
  if (operations.length > mostOperations)
    throw new PatchRefused(
      "tooLarge",
      `The allowed maximum operations in a JSON patch is ${mostOperations}, got ${operations.length}`,
    );
  let result: unknown = structuredClone(document);
  let copied = 0;
  for (const operation of operations) {
    if (!isJsonObject(operation)) throw new PatchRefused("invalid", cannotUnmarshal(operation, "jsonpatch.Operation"));
    if (!isOperation(operation)) throw new PatchRefused("failed", "an operation of a JSON patch has an op and a path");
    copied += copiedBy(operation, result);
    if (copied > mostCopied)
      throw new PatchRefused("tooLarge", `copies may not make an object larger by more than ${mostCopied} bytes`);
    result = applied(operation, result);
  }
  return result;
}

type Operation = jsonPatch.Operation;
/** The rest of its form is the library's to check. */
const isOperation = (value: JsonObject): value is JsonObject & Operation =>
  typeof value.op === "string" && typeof value.path === "string";

function copiedBy(operation: Operation, document: unknown): number {
  if (operation.op !== "copy" || typeof operation.from !== "string") return 0;
  return JSON.stringify(valueAt(document, operation.from))?.length ?? 0;
}

const stepsOf = (pointer: string): readonly string[] =>
  pointer
    .split("/")
    .slice(1)
    .map((one) => one.replaceAll("~1", "/").replaceAll("~0", "~"));

function valueAt(document: unknown, pointer: string): unknown {
  let value = document;
  for (const step of stepsOf(pointer)) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
    value = Reflect.get(value, step);
  }
  return value;
}

function applied(operation: Operation, document: unknown): unknown {
  const steps = stepsOf(operation.path);
  if (steps.includes("__proto__") || steps.some((step, i) => step === "prototype" && steps[i - 1] === "constructor"))
    throw new PatchRefused("failed", `the path ${operation.path} can't be patched: use a merge patch`);
  try {
    return jsonPatch.applyOperation(document, operation, true, true, true).newDocument;
  } catch (fault) {
    if (!(fault instanceof jsonPatch.JsonPatchError)) throw fault;
    throw new PatchRefused("failed", sentenceOf(fault), { cause: fault });
  }
}
/** The library puts a dump of the whole document below its sentence. */
const sentenceOf = (fault: Error): string => fault.message.split("\n")[0] ?? "";
