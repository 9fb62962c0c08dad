import { type FieldProblem, forbiddenField, invalidField } from "#machinery/field-problem.ts";
import { differences, isSame, showDifferences } from "#machinery/rules/differences.ts";
import { sourcesOf } from "./source-rules.ts";
import type { PersistentVolumeSpec } from "./spec.ts";

// Source: ValidatePersistentVolumeUpdate in pkg/apis/core/validation/validation.go.

interface Subject {
  readonly spec: PersistentVolumeSpec;
}

/** Where the storage lies can't change under those who use it. */
export function* volumeUpdateProblems({ spec: next }: Subject, { spec: old }: Subject): Iterable<FieldProblem> {
  const [now, before] = [withSecretOf(next, old), old].map((spec) => Object.fromEntries(sourcesOf(spec)));
  const changed = differences(now, before, "spec");
  if (changed.length > 0)
    yield forbiddenField(
      "spec.persistentvolumesource",
      `spec.persistentvolumesource is immutable after creation\n${showDifferences(changed)}`,
    );
  if (next.volumeMode !== old.volumeMode) yield invalidField("volumeMode", next.volumeMode, "field is immutable");
  if (old.nodeAffinity !== undefined && !isSame(next.nodeAffinity, old.nodeAffinity))
    yield invalidField("nodeAffinity", next.nodeAffinity, "field is immutable");
  if (old.volumeAttributesClassName !== undefined && next.volumeAttributesClassName === undefined)
    yield forbiddenField("spec.volumeAttributesClassName", "update from non-nil value to nil is forbidden");
}

/** The secret by which a volume grows may come later. */
function withSecretOf(next: PersistentVolumeSpec, old: PersistentVolumeSpec): PersistentVolumeSpec {
  if (next.csi === undefined || old.csi === undefined || old.csi.controllerExpandSecretRef !== undefined) return next;
  const { controllerExpandSecretRef: _, ...csi } = next.csi;
  return { ...next, csi };
}
