import { isJsonObject, type JsonObject, readJson } from "../json.ts";
import type { AnyKind } from "../kind.ts";
import { changesBetween } from "./compare.ts";
import { type FieldSet, minus, noFields } from "./field-set.ts";
import { fieldsOf } from "./own-fields.ts";
import { viewOf } from "./view.ts";

/** In which client-side apply keeps what it applied. */
const lastAppliedAnnotation = "kubectl.kubernetes.io/last-applied-configuration";

/** Who applies for kubectl: only then the annotation counts, so that users move from one way of applying to the other unawares. */
export const kubectl = "kubectl";

/**
 * The fields that are still as client-side apply left them: `kubectl apply --server-side` takes them over without a conflict.
 * Source: allowedConflictsFromLastApplied in k8s.io/apimachinery/pkg/util/managedfields/internal/lastappliedmanager.go.
 */
export function lastAppliedFields(kind: AnyKind, apiVersion: string, live: JsonObject): FieldSet {
  const view = viewOf(kind, apiVersion);
  const document = readJson(lastAppliedOf(live));
  if (view === undefined || !isJsonObject(document) || document.apiVersion !== apiVersion) return noFields;
  const sides = { from: document, to: view.fromHub(live) };
  const { changed, removed } = changesBetween(view.type, sides, new Set());
  return minus(minus(fieldsOf(view.type, document), changed), removed);
}

/** An object whose annotation says what is applied now, where it has one. Source: lastAppliedUpdater. */
export function withLastApplied(object: JsonObject, document: JsonObject): JsonObject {
  if (lastAppliedOf(object) === "") return object;
  const { metadata } = object;
  const annotations = { ...annotationsOf(object), [lastAppliedAnnotation]: `${sortedJson(bare(document))}\n` };
  return { ...object, metadata: { ...(isJsonObject(metadata) ? metadata : {}), annotations } };
}

function annotationsOf({ metadata }: JsonObject): JsonObject {
  const annotations = isJsonObject(metadata) ? metadata.annotations : undefined;
  return isJsonObject(annotations) ? annotations : {};
}
const lastAppliedOf = (object: JsonObject): string => String(annotationsOf(object)[lastAppliedAnnotation] ?? "");

/** The document without the annotation itself. */
function bare(document: JsonObject): JsonObject {
  const { [lastAppliedAnnotation]: own, ...annotations } = annotationsOf(document);
  return own === undefined ? document : { ...document, metadata: { ...Object(document.metadata), annotations } };
}

/** As Go writes a map: names in alphabetical order. */
function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) =>
    isJsonObject(one) ? Object.fromEntries(Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : 1))) : one,
  );
}
