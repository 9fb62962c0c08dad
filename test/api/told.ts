import assert from "node:assert/strict";
import { readObject } from "#machinery/decode.ts";
import { messageOf } from "#machinery/field-problem.ts";
import type { AnyKind } from "#machinery/kind.ts";
import { problemsOf, updateProblemsOf } from "#machinery/validate.ts";

type Json = Readonly<Record<string, unknown>>;

/** The object as it would be stored: read, with its defaults. Unnamed ones get a name and a namespace. */
export function stored(kind: AnyKind, json: Json): unknown {
  const metadata = { name: "x", ...(kind.scope === "Namespaced" && { namespace: "default" }) };
  const given = typeof json.metadata === "object" ? json.metadata : {};
  const read = readObject(kind, { ...json, metadata: { ...metadata, ...given } });
  assert(read.kind === "read", read.kind === "mismatch" ? read.message : "");
  return kind.derive(read.object);
}

/** What is said of a new object. */
export const told = (kind: AnyKind, json: Json): readonly string[] =>
  problemsOf(kind, stored(kind, json)).map(messageOf);

/** What is said of replacing one by the other. */
export const toldOfUpdate = (kind: AnyKind, next: Json, old: Json): readonly string[] =>
  updateProblemsOf(kind, stored(kind, next), stored(kind, old)).map(messageOf);

/** What a client who makes it is warned of. */
export function warned(kind: AnyKind, json: Json): readonly string[] {
  return [...(kind.warnings?.(stored(kind, json), undefined) ?? [])];
}
