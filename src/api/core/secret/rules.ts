import { type FieldProblem, invalidField, requiredField, tooLongField } from "#machinery/field-problem.ts";
import { configKeyTrouble } from "#machinery/rules/names.ts";
import type { ObjectMeta } from "../../meta/object-meta.ts";
import { frozenProblems, largestEntries, sizeOfBase64 } from "../entries.ts";
import { accountNameAnnotation, accountTokenType } from "./account-token.ts";

// Source: ValidateSecret and ValidateSecretUpdate in pkg/apis/core/validation/validation.go.

interface Subject {
  readonly metadata: ObjectMeta;
  readonly data?: Readonly<Record<string, string>>;
  readonly type: string;
  readonly immutable?: boolean;
}

/** The entries that a type promises; of a list of them one is enough. Source: ValidateSecret. */
const promised: Readonly<Record<string, readonly (readonly string[])[]>> = {
  "kubernetes.io/dockercfg": [[".dockercfg"]],
  "kubernetes.io/dockerconfigjson": [[".dockerconfigjson"]],
  "kubernetes.io/basic-auth": [["username", "password"]],
  "kubernetes.io/ssh-auth": [["ssh-privatekey"]],
  "kubernetes.io/tls": [["tls.crt"], ["tls.key"]],
};

export function* secretProblems({ metadata, data = {}, type }: Subject): Iterable<FieldProblem> {
  for (const key of Object.keys(data))
    for (const trouble of configKeyTrouble(key)) yield invalidField(`data[${key}]`, key, trouble);
  if (sizeOfBase64(data) > largestEntries) yield tooLongField("data", largestEntries);
  if (type === accountTokenType && !metadata.annotations?.[accountNameAnnotation])
    yield requiredField(`metadata.annotations[${accountNameAnnotation}]`);
  for (const names of Object.hasOwn(promised, type) ? (promised[type] ?? []) : [])
    if (!names.some((name) => Object.hasOwn(data, name)))
      for (const name of names) yield requiredField(`data[${name}]`);
}

export function* typeProblems({ type: next }: Subject, { type: old }: Subject): Iterable<FieldProblem> {
  if (next !== old) yield invalidField("type", next, "field is immutable");
}

export const frozenEntryProblems = (next: Subject, old: Subject): Iterable<FieldProblem> =>
  frozenProblems(next, old, ["data"]);
