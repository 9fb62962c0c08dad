import { type FieldProblem, invalidField, tooLongField } from "../field-problem.ts";

// Source: ValidateManagedFields and ValidateFieldManager in k8s.io/apimachinery/pkg/apis/meta/v1/validation.

interface Entry {
  readonly manager?: string;
  readonly operation?: string;
  readonly fieldsType?: string;
  readonly subresource?: string;
}

/** Bytes. Source: FieldManagerMaxLength. */
export const longestName = 128;
/** What Go doesn't call printable. */
export const unprintable = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu;
const longestSubresource = 256;

export function* managedFieldsProblems(entries: readonly Entry[] = []): Iterable<FieldProblem> {
  for (const [i, { manager = "", operation = "", fieldsType = "", subresource = "" }] of entries.entries()) {
    const path = `metadata.managedFields[${i}]`;
    if (operation !== "Apply" && operation !== "Update")
      yield invalidField(`${path}.operation`, operation, "must be `Apply` or `Update`");
    if (fieldsType !== "" && fieldsType !== "FieldsV1")
      yield invalidField(`${path}.fieldsType`, fieldsType, "must be `FieldsV1`");
    yield* writerProblems(`${path}.manager`, manager);
    if (subresource.length > longestSubresource) yield tooLongField(`${path}.subresource`, longestSubresource);
  }
}

/** What every name looks like that programs give themselves. */
const plainName = /^[ -~]{0,128}$/;

/** Rules for the name in which fields are set. */
export function* writerProblems(path: string, name: string): Iterable<FieldProblem> {
  if (plainName.test(name)) return;
  if (new TextEncoder().encode(name).length > longestName) yield tooLongField(path, longestName);
  for (const { 0: character, index } of name.matchAll(unprintable)) {
    const shown = `'${JSON.stringify(character).slice(1, -1)}'`;
    yield invalidField(path, name, `should only contain printable characters (found ${shown} at ${index})`);
  }
}
