import { type FieldProblem, invalidField, tooLongField } from "#machinery/field-problem.ts";
import { configKeyTrouble } from "#machinery/rules/names.ts";
import { frozenProblems, largestEntries, sizeOfBase64, sizeOfText } from "../entries.ts";

// Source: ValidateConfigMap and ValidateConfigMapUpdate in pkg/apis/core/validation/validation.go.

interface Entries {
  readonly data?: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, string>>;
  readonly immutable?: boolean;
}

export function* entryProblems({ data = {}, binaryData = {} }: Entries): Iterable<FieldProblem> {
  for (const key of Object.keys(data)) {
    for (const trouble of configKeyTrouble(key)) yield invalidField(`data[${key}]`, key, trouble);
    if (Object.hasOwn(binaryData, key))
      yield invalidField(`data[${key}]`, key, "duplicate of key present in binaryData");
  }
  for (const key of Object.keys(binaryData)) {
    for (const trouble of configKeyTrouble(key)) yield invalidField(`binaryData[${key}]`, key, trouble);
    if (Object.hasOwn(data, key)) yield invalidField(`binaryData[${key}]`, key, "duplicate of key present in data");
  }
  if (sizeOfText(data) + sizeOfBase64(binaryData) > largestEntries) yield tooLongField("[]", largestEntries);
}

export const frozenEntryProblems = (next: Entries, old: Entries): Iterable<FieldProblem> =>
  frozenProblems(next, old, ["data", "binaryData"]);
