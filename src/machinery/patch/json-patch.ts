import jsonPatch from "fast-json-patch";
import { PatchRefused } from "./refused.ts";
import { isObject } from "./values.ts";

/** As many as Kubernetes takes in one patch. Source: maxJSONPatchOperations (CVE-2019-1002100). */
const mostOperations = 10_000;
/** Characters of JSON that a patch may grow a document to: `copy` doubles. */
const largestResult = 3 * 1024 * 1024;

/**
 * RFC 6902. Leaves its arguments alone. Throws PatchRefused where the patch is none, can't be applied, or is too much.
 */
export function applyJsonPatch(document: unknown, operations: unknown): unknown {
  if (!Array.isArray(operations)) throw new PatchRefused("invalid", "a JSON patch is a list of operations");
  if (operations.length > mostOperations)
    throw new PatchRefused(
      "tooLarge",
      `The allowed maximum operations in a JSON patch is ${mostOperations}, got ${operations.length}`,
    );
  const copy: unknown = structuredClone(document);
  let result: unknown = copy;
  let budget = largestResult;
  for (const operation of operations) {
    budget -= costOf(result, operation);
    if (budget < 0)
      throw new PatchRefused("tooLarge", `the JSON patch makes the object larger than ${largestResult} bytes`);
    result = applied(result, operation);
  }
  return result;
}

/** Only `copy` makes more out of less, so only there the size is counted. */
function costOf(document: unknown, operation: unknown): number {
  if (!isObject(operation) || operation.op !== "copy" || typeof operation.from !== "string") return 0;
  return JSON.stringify(valueAt(document, operation.from))?.length ?? 0;
}

function valueAt(document: unknown, pointer: string): unknown {
  let value = document;
  for (const step of pointer
    .split("/")
    .slice(1)
    .map((one) => one.replaceAll("~1", "/").replaceAll("~0", "~"))) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
    value = Reflect.get(value, step);
  }
  return value;
}

function applied(document: unknown, operation: unknown): unknown {
  try {
    return jsonPatch.applyOperation(document, operation as jsonPatch.Operation, true, true, true).newDocument;
  } catch (fault) {
    if (!(fault instanceof jsonPatch.JsonPatchError)) throw fault;
    throw new PatchRefused(fault.name === "TEST_OPERATION_FAILED" ? "failed" : "invalid", sentenceOf(fault), {
      cause: fault,
    });
  }
}
/** The library puts a dump of the whole document below its sentence. */
const sentenceOf = (fault: Error): string => fault.message.split("\n")[0] ?? "";
