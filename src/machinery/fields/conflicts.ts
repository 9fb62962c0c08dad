import type { StatusCause } from "../status.ts";
import type { Element } from "./element.ts";
import { showPath } from "./element.ts";
import type { ManagedFields } from "./entries.ts";

/** A field that somebody wants to apply, and that somebody else has set to another value. */
export interface Conflict {
  readonly owner: ManagedFields;
  readonly path: readonly Element[];
}

/** The refusal's words. Source: NewConflictError in k8s.io/apimachinery/pkg/util/managedfields/internal/conflict.go. */
export function conflictMessage(conflicts: readonly Conflict[]): string {
  const [first] = conflicts;
  if (first !== undefined && conflicts.length === 1)
    return `Apply failed with 1 conflict: conflict with ${showOwner(first.owner)}: ${showPath(first.path)}`;
  const byOwner = Map.groupBy(conflicts, ({ owner }) => showOwner(owner));
  const lines = [...byOwner]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([owner, these]) => [`conflicts with ${owner}:`, ...these.map(({ path }) => `- ${showPath(path)}`)]);
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join("\n")}`;
}

export const conflictCauses = (conflicts: readonly Conflict[]): readonly StatusCause[] =>
  conflicts.map(({ owner, path }) => ({
    reason: "FieldManagerConflict",
    message: `conflict with ${showOwner(owner)}`,
    field: showPath(path),
  }));

function showOwner({ manager = "", operation, apiVersion = "", subresource }: ManagedFields): string {
  const named = `${JSON.stringify(manager)}${subresource ? ` with subresource ${JSON.stringify(subresource)}` : ""}`;
  return operation === "Update" ? `${named} using ${apiVersion}` : named;
}
