import { type FieldProblem, forbiddenField, requiredField, unsupportedField } from "#machinery/field-problem.ts";
import { longestName, unprintable, writerProblems } from "#machinery/rules/managed-fields.ts";
import { invalid, type Named } from "#machinery/status.ts";
import type { Call } from "../call.ts";
import { isTrue } from "./query.ts";

/** How a write is to be done. */
export interface WriteOptions {
  /** Everything happens but the write. */
  readonly isDryRun: boolean;
  /** What becomes of fields that the kind doesn't have, and of those that stand twice. */
  readonly fieldValidation: "Ignore" | "Warn" | "Strict";
  /** In whose name fields are set; empty where nobody says. */
  readonly manager: string;
  /** An apply takes over what others have set. */
  readonly isForced: boolean;
}

/** Reads the options of a write; `optionsKind` names them in a refusal (422). Source: ValidatePatchOptions and its like. */
export function writeOptions({ query, request }: Pick<Call, "query" | "request">, optionsKind: string): WriteOptions {
  const asksForManager = query.get("fieldManager") ?? "";
  const problems: FieldProblem[] = [
    ...(optionsKind === "PatchOptions" ? patchProblems(query, request.headers["content-type"]) : []),
    ...writerProblems("fieldManager", asksForManager),
  ];
  const dryRun = query.getAll("dryRun").filter((one) => one !== "");
  if (dryRun.some((one) => one !== "All")) problems.push(unsupportedField("dryRun", dryRun, ["All"]));
  const asked = query.get("fieldValidation") ?? "";
  const fieldValidation = asked === "" ? "Warn" : asked;
  if (!isFieldValidation(fieldValidation))
    problems.push(unsupportedField("fieldValidation", asked, ["", "Ignore", "Strict", "Warn"]));
  if (problems.length > 0) throw invalid(metaKind(optionsKind), "", problems);
  return {
    isDryRun: dryRun.length > 0,
    fieldValidation: isFieldValidation(fieldValidation) ? fieldValidation : "Warn",
    manager: asksForManager === "" ? programOf(request.headers["user-agent"]) : asksForManager,
    isForced: isTrue(query, "force"),
  };
}

export const applyMediaType = "application/apply-patch+yaml";

function patchProblems(query: URLSearchParams, contentType = ""): readonly FieldProblem[] {
  const isApply = contentType.split(";")[0]?.trim().toLowerCase() === applyMediaType;
  if (!isApply) return query.has("force") ? [forbiddenField("force", "may not be specified for non-apply patch")] : [];
  const isNamed = (query.get("fieldManager") ?? "") !== "";
  return isNamed ? [] : [requiredField("fieldManager", "is required for apply patch")];
}

/** `kubectl` of `kubectl/v1.33.1 (linux/amd64) …`. Source: prefixFromUserAgent in k8s.io/apiserver. */
const programOf = (userAgent = ""): string =>
  (userAgent.split("/")[0] ?? "").replace(unprintable, "").slice(0, longestName);

const isFieldValidation = (text: string): text is WriteOptions["fieldValidation"] =>
  text === "Ignore" || text === "Warn" || text === "Strict";

/** The options that stand in a query have a kind too, which refusals name. */
export const metaKind = (kind: string): Named => ({ group: "meta.k8s.io", kind, plural: kind.toLowerCase() });
