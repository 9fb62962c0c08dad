import type { FieldProblem } from "./field-problem.ts";
import type { AnyKind } from "./kind.ts";
import { metadataProblems, metadataUpdateProblems } from "./rules/metadata.ts";
import { schemaProblems } from "./rules/schema.ts";

/**
 * Everything that is wrong with a new object, after its defaults (`readObject`, then the kind's `derive`), in the order in which
 * Kubernetes looks: metadata, what the kind's own rules say, then what its declaration alone tells.
 */
export function problemsOf(kind: AnyKind, object: unknown): readonly FieldProblem[] {
  const rules = [...kind.rules, ...(kind.createRules ?? [])];
  const told = [...metadataProblems(kind, object), ...rules.flatMap((rule) => [...rule(object)])];
  return withDeclared(kind, object, told);
}

/** What is wrong with replacing `old` by `next`. */
export function updateProblemsOf(kind: AnyKind, next: unknown, old: unknown): readonly FieldProblem[] {
  const told = [
    ...metadataProblems(kind, next),
    ...metadataUpdateProblems(next, old),
    ...kind.rules.flatMap((rule) => [...rule(next)]),
    ...kind.updateRules.flatMap((rule) => [...rule(next, old)]),
  ];
  return withDeclared(kind, next, told);
}

/** A rule's own words about a field win over what the declaration says of it and of what it holds. */
function withDeclared(kind: AnyKind, object: unknown, told: readonly FieldProblem[]): readonly FieldProblem[] {
  const declared = schemaProblems(kind.type, object);
  return declared.length === 0
    ? told
    : [...told, ...declared.filter(({ path }) => !told.some((one) => holds(one.path, path)))];
}
const holds = (outer: string, path: string): boolean =>
  path === outer || path.startsWith(`${outer}.`) || path.startsWith(`${outer}[`);
