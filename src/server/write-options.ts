import { type FieldProblem, unsupportedField } from "#machinery/field-problem.ts";
import { invalid, type Named } from "#machinery/status.ts";

/** How a write is to be done. */
export interface WriteOptions {
  /** Everything happens but the write. */
  readonly isDryRun: boolean;
  /** What becomes of fields that the kind doesn't have, and of those that stand twice. */
  readonly fieldValidation: "Ignore" | "Warn" | "Strict";
}

/** Reads `dryRun` and `fieldValidation`; `optionsKind` names them in a refusal (422). */
export function writeOptions(query: URLSearchParams, optionsKind: string): WriteOptions {
  const problems: FieldProblem[] = [];
  const dryRun = query.getAll("dryRun").filter((one) => one !== "");
  if (dryRun.some((one) => one !== "All")) problems.push(unsupportedField("dryRun", dryRun, ["All"]));
  const asked = query.get("fieldValidation") ?? "";
  const fieldValidation = asked === "" ? "Warn" : asked;
  if (!isFieldValidation(fieldValidation))
    problems.push(unsupportedField("fieldValidation", asked, ["", "Ignore", "Strict", "Warn"]));
  const manager = query.get("fieldManager") ?? "";
  if (manager.length > 128)
    problems.push({ path: "fieldManager", kind: "TooLong", value: "", detail: "may not be more than 128 bytes" });
  if (problems.length > 0) throw invalid(metaKind(optionsKind), "", problems);
  return {
    isDryRun: dryRun.length > 0,
    fieldValidation: isFieldValidation(fieldValidation) ? fieldValidation : "Warn",
  };
}

const isFieldValidation = (text: string): text is WriteOptions["fieldValidation"] =>
  text === "Ignore" || text === "Warn" || text === "Strict";

/** The options that stand in a query have a kind too, which refusals name. */
export const metaKind = (kind: string): Named => ({ group: "meta.k8s.io", kind, plural: kind.toLowerCase() });
