import type { Resource } from "#machinery/catalogue.ts";
import { isJsonObject, type JsonObject, ownValue } from "#machinery/json.ts";
import type { AnyType } from "#machinery/schema.ts";
import { StatusError } from "#machinery/status.ts";
import { pathOf } from "./path.ts";
import { refusedFor } from "./resource.ts";
import type { ApiAnswer, ApiRequest, Transport } from "./transport.ts";
import { parseJson, readStatus } from "./wire.ts";

/** An object as a manifest has it: nothing is filled in. */
export interface Manifest {
  /** In the version that the manifest names. */
  readonly kind: Resource;
  /** "" for a kind without namespaces. */
  readonly namespace: string;
  readonly name: string;
  readonly object: JsonObject;
}
export type Applied = "created" | "configured" | "unchanged";

const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

/**
 * Makes the object what the manifest says, as `kubectl apply` does and in a way that kubectl can go on with: what an earlier
 * manifest said and this one no longer does is taken away, what others set stays. Throws `StatusError`, `Unreachable`.
 */
export async function applyManifest(transport: Transport, manifest: Manifest): Promise<Applied> {
  const { kind, namespace, name } = manifest;
  const wanted = withLastApplied(manifest.object);
  const current = await getOrNothing(transport, pathOf(kind, { namespace, name }));
  if (current === undefined) {
    await send(transport, "POST", `${pathOf(kind, { namespace, name: "" })}${asApply}`, wanted);
    return "created";
  }
  const before = lastAppliedOf(current);
  const patch = { ...removals(before, manifest.object), ...merged(kind.type, before, wanted) };
  const after = await send(transport, "PATCH", `${pathOf(kind, { namespace, name })}${asApply}`, patch);
  return versionOf(after) === versionOf(current) ? "unchanged" : "configured";
}
const asApply = "?fieldManager=kubectl-client-side-apply&fieldValidation=Strict";

function withLastApplied(object: JsonObject): JsonObject {
  const metadata = isJsonObject(object.metadata) ? object.metadata : {};
  const annotations = isJsonObject(metadata.annotations) ? metadata.annotations : {};
  const { [lastApplied]: _, ...own } = annotations;
  const said = { ...object, metadata: { ...metadata, annotations: own } };
  return { ...object, metadata: { ...metadata, annotations: { ...own, [lastApplied]: `${JSON.stringify(said)}\n` } } };
}

function lastAppliedOf(current: JsonObject): JsonObject {
  const annotations = isJsonObject(current.metadata) ? current.metadata.annotations : undefined;
  const text = isJsonObject(annotations) ? annotations[lastApplied] : undefined;
  const read = typeof text === "string" ? parseJson(text, `the annotation ${lastApplied}`) : {};
  return isJsonObject(read) ? read : {};
}

const versionOf = (object: JsonObject): unknown =>
  isJsonObject(object.metadata) ? object.metadata.resourceVersion : undefined;

/** The wanted values, with what is to go beside them: a strategic merge patch. */
function merged(type: AnyType | undefined, before: JsonObject, wanted: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(wanted).flatMap(([key, value]) => {
      const [of, old] = [fieldType(type, key), ownValue(before, key)];
      return [[key, mergedValue(of, old, value)], ...directives(of, { key, before: old, wanted: value })];
    }),
  );
}

/** What a patch must say beside a list that is merged: its order, and of plain values (finalizers) those that are gone. */
function directives(
  type: AnyType | undefined,
  { key, before, wanted }: { readonly key: string; readonly before: unknown; readonly wanted: unknown },
): readonly (readonly [string, unknown])[] {
  const patchKey = type?.shape.is === "list" ? type.shape.merge.patchKey : undefined;
  if (patchKey === undefined || !Array.isArray(wanted)) return [];
  const isSet = patchKey === "";
  const gone = isSet && Array.isArray(before) ? before.filter((one) => !wanted.includes(one)) : [];
  const order = isSet ? wanted : wanted.map((entry) => ({ [patchKey]: idOf(entry, patchKey) }));
  return [
    [`$setElementOrder/${key}`, order],
    ...(gone.length === 0 ? [] : [[`$deleteFromPrimitiveList/${key}`, gone] as const]),
  ];
}

function mergedValue(type: AnyType | undefined, before: unknown, wanted: unknown): unknown {
  if (isJsonObject(wanted)) {
    const old = isJsonObject(before) ? before : {};
    return { ...removals(old, wanted), ...merged(type, old, wanted) };
  }
  const shape = type?.shape;
  if (shape?.is !== "list" || !shape.merge.patchKey || !Array.isArray(wanted) || !Array.isArray(before)) return wanted;
  return mergedList(shape.of, { before, wanted, key: shape.merge.patchKey });
}

interface Lists {
  readonly before: readonly unknown[];
  readonly wanted: readonly unknown[];
  /** The field that tells their entries apart. */
  readonly key: string;
}
function mergedList(item: AnyType, { before, wanted, key }: Lists): readonly unknown[] {
  const gone = before.filter((old) => !wanted.some((entry) => idOf(entry, key) === idOf(old, key)));
  const kept = wanted.map((entry) =>
    mergedValue(
      item,
      before.find((old) => idOf(old, key) === idOf(entry, key)),
      entry,
    ),
  );
  return [...kept, ...gone.map((old) => ({ $patch: "delete", [key]: idOf(old, key) }))];
}

const idOf = (entry: unknown, key: string): unknown => (isJsonObject(entry) ? entry[key] : undefined);

/** null for every field that was said before and no longer is. */
const removals = (before: JsonObject, wanted: JsonObject): JsonObject =>
  Object.fromEntries(Object.keys(before).flatMap((key) => (Object.hasOwn(wanted, key) ? [] : [[key, null]])));

function fieldType(type: AnyType | undefined, key: string): AnyType | undefined {
  const shape = type?.shape;
  if (shape?.is === "object") return Object.hasOwn(shape.fields, key) ? shape.fields[key]?.type : undefined;
  return shape?.is === "map" ? shape.of : undefined;
}

async function getOrNothing(transport: Transport, path: string): Promise<JsonObject | undefined> {
  try {
    return await send(transport, "GET", path);
  } catch (fault) {
    if (refusedFor(fault, "NotFound")) return undefined;
    throw fault;
  }
}

async function send(
  transport: Transport,
  method: "GET" | "POST" | "PATCH",
  path: string,
  body?: JsonObject,
): Promise<JsonObject> {
  const type = method === "PATCH" ? "application/strategic-merge-patch+json" : "application/json";
  const request: ApiRequest = {
    method,
    path,
    headers: { accept: "application/json", "content-type": type },
    body: body === undefined ? undefined : JSON.stringify(body),
  };
  return objectIn(await transport.send(request), `${method} ${path}`);
}

async function objectIn(answer: ApiAnswer, where: string): Promise<JsonObject> {
  const json = parseJson(await answer.text(), where);
  if (answer.status >= 300) throw new StatusError(readStatus(json, answer.status));
  return isJsonObject(json) ? json : {};
}
