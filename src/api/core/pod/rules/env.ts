import { type FieldProblem, invalidField, requiredField, unsupportedField } from "#machinery/field-problem.ts";
import { configKeyTrouble, dnsSubdomainTrouble, envNameTrouble, labelKeyTrouble } from "#machinery/rules/names.ts";
import type { EnvFromSource, EnvVar, EnvVarSource, ObjectFieldSelector, ResourceFieldSelector } from "../env.ts";

// Source: ValidateEnv, validateEnvVarValueFrom and ValidateEnvFrom in pkg/apis/core/validation/validation.go.

type Problems = Iterable<FieldProblem>;

export function* envProblems(path: string, variables: readonly EnvVar[] = []): Problems {
  for (const [i, variable] of variables.entries()) {
    const { name } = variable;
    if (name === "") yield requiredField(`${path}[${i}].name`);
    else for (const trouble of envNameTrouble(name)) yield invalidField(`${path}[${i}].name`, name, trouble);
    yield* valueFromProblems(`${path}[${i}].valueFrom`, variable);
  }
}

function* valueFromProblems(path: string, { value, valueFrom }: EnvVar): Problems {
  if (valueFrom === undefined) return;
  const given = Object.values(valueFrom).filter((one) => one !== undefined).length;
  yield* sourceProblems(path, valueFrom);
  if (given === 0)
    yield invalidField(
      path,
      "",
      "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`",
    );
  else if (value !== undefined) yield invalidField(path, "", "may not be specified when `value` is not empty");
  else if (given > 1) yield invalidField(path, "", "may not have more than one field specified at a time");
}

function* sourceProblems(path: string, source: EnvVarSource): Problems {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = source;
  if (fieldRef !== undefined) yield* fieldRefProblems(`${path}.fieldRef`, fieldRef, envFields);
  if (resourceFieldRef !== undefined) yield* resourceRefProblems(`${path}.resourceFieldRef`, resourceFieldRef);
  if (configMapKeyRef !== undefined) yield* keyRefProblems(`${path}.configMapKeyRef`, configMapKeyRef);
  if (secretKeyRef !== undefined) yield* keyRefProblems(`${path}.secretKeyRef`, secretKeyRef);
}

function* keyRefProblems(path: string, { name, key }: { readonly name?: string; readonly key: string }): Problems {
  if (name === undefined) yield requiredField(`${path}.name`);
  if (key === "") yield requiredField(`${path}.key`);
  else for (const trouble of configKeyTrouble(key)) yield invalidField(`${path}.key`, key, trouble);
}

/** Fields of its own pod that a container may be told. */
const envFields: ReadonlySet<string> = new Set([
  "metadata.name",
  "metadata.namespace",
  "metadata.uid",
  "spec.nodeName",
  "spec.serviceAccountName",
  "status.hostIP",
  "status.hostIPs",
  "status.podIP",
  "status.podIPs",
]);
/** Those that a file may tell. */
const fileFields: ReadonlySet<string> = new Set([
  "metadata.annotations",
  "metadata.labels",
  "metadata.name",
  "metadata.namespace",
  "metadata.uid",
]);

function* fieldRefProblems(path: string, { fieldPath }: ObjectFieldSelector, allowed: ReadonlySet<string>): Problems {
  if (fieldPath === "") {
    yield requiredField(`${path}.fieldPath`);
    return;
  }
  const subscript = /^(metadata\.(?:annotations|labels))\['(.*)'\]$/.exec(fieldPath);
  if (subscript !== null) {
    const key = subscript[2] ?? "";
    for (const trouble of labelKeyTrouble(key.toLowerCase())) yield invalidField(path, key, trouble);
    return;
  }
  if (!envFields.has(fieldPath) && !fileFields.has(fieldPath))
    yield invalidField(
      `${path}.fieldPath`,
      fieldPath,
      `error converting fieldPath: field label not supported: ${fieldPath}`,
    );
  else if (!allowed.has(fieldPath)) yield unsupportedField(`${path}.fieldPath`, fieldPath, [...allowed]);
}

const resourceFields: readonly string[] = ["cpu", "ephemeral-storage", "memory"].flatMap((resource) => [
  `limits.${resource}`,
  `requests.${resource}`,
]);
function* resourceRefProblems(path: string, { resource }: ResourceFieldSelector): Problems {
  if (resource === "") yield requiredField(`${path}.resource`);
  else if (!resourceFields.includes(resource) && !/^(limits|requests)\.hugepages-/.test(resource))
    yield unsupportedField(`${path}.resource`, resource, resourceFields);
}

export function* envFromProblems(path: string, sources: readonly EnvFromSource[] = []): Problems {
  for (const [i, { prefix, configMapRef, secretRef }] of sources.entries()) {
    const at = `${path}[${i}]`;
    if (prefix !== undefined)
      for (const trouble of envNameTrouble(prefix)) yield invalidField(`${at}.prefix`, prefix, trouble);
    if (configMapRef !== undefined) yield* nameProblems(`${at}.configMapRef.name`, configMapRef.name);
    if (secretRef !== undefined) yield* nameProblems(`${at}.secretRef.name`, secretRef.name);
    if (configMapRef === undefined && secretRef === undefined)
      yield invalidField(at, "", "must specify one of: `configMapRef` or `secretRef`");
    if (configMapRef !== undefined && secretRef !== undefined)
      yield invalidField(at, "", "may not have more than one field specified at a time");
  }
}

function* nameProblems(path: string, name: string | undefined): Problems {
  if (name === undefined) yield requiredField(path);
  else for (const trouble of dnsSubdomainTrouble(name)) yield invalidField(path, name, trouble);
}
