import { type FieldProblem, forbiddenField, invalidField, requiredField, tooLongField } from "../field-problem.ts";
import type { AnyKind, NameRule } from "../kind.ts";
import { strictIpTroubles } from "./addresses.ts";
import { managedFieldsProblems } from "./managed-fields.ts";
import {
  dns1035LabelTrouble,
  dnsLabelTrouble,
  dnsSubdomainTrouble,
  labelKeyTrouble,
  labelValueTrouble,
  pathSegmentTrouble,
} from "./names.ts";

// Source: ValidateObjectMeta in k8s.io/apimachinery/pkg/api/validation/objectmeta.go.

interface Meta {
  readonly name?: string;
  readonly generateName?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly creationTimestamp?: string;
  readonly generation?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly Owner[];
  readonly finalizers?: readonly string[];
  readonly managedFields?: readonly { readonly manager?: string; readonly operation?: string }[];
}
interface Owner {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
}

/** All annotations of an object together, keys and values. */
const largestAnnotations = 256 * 1024;

const nameTroubles: Readonly<Record<NameRule, (name: string) => readonly string[]>> = {
  "dns-subdomain": dnsSubdomainTrouble,
  "dns-label": dnsLabelTrouble,
  "dns-1035-label": dns1035LabelTrouble,
  "path-segment": pathSegmentTrouble,
  ip: strictIpTroubles,
};

export function metadataProblems({ nameRule, scope }: AnyKind, object: unknown): readonly FieldProblem[] {
  const meta = metaOf(object);
  const troubles = nameTroubles[nameRule];
  return [
    ...generateNameProblems(meta, troubles),
    ...nameProblems(meta, troubles),
    ...namespaceProblems(meta, scope),
    ...((meta.generation ?? 0) < 0
      ? [invalidField("metadata.generation", meta.generation, "must be greater than or equal to 0")]
      : []),
    ...labelProblems(meta.labels, "metadata.labels"),
    ...annotationProblems(meta.annotations, "metadata.annotations"),
    ...ownerProblems(meta.ownerReferences),
    ...finalizerProblems(meta.finalizers),
    ...managedFieldsProblems(meta.managedFields),
  ];
}

/** What a decoded object says of itself; every kind has the same metadata. */
const metaOf = (object: unknown): Meta => (hasMetadata(object) ? object.metadata : {});
const hasMetadata = (object: unknown): object is { readonly metadata: Meta } =>
  typeof object === "object" && object !== null && "metadata" in object && typeof object.metadata === "object";

type Troubles = (name: string) => readonly string[];

function generateNameProblems({ generateName }: Meta, troubles: Troubles): readonly FieldProblem[] {
  if (generateName === undefined) return [];
  const asName = generateName.replace(/-$/, "a"); // what follows the dash is still to come
  return troubles(asName).map((one) => invalidField("metadata.generateName", generateName, one));
}

function nameProblems({ name, generateName }: Meta, troubles: Troubles): readonly FieldProblem[] {
  if (name !== undefined) return troubles(name).map((one) => invalidField("metadata.name", name, one));
  return generateName === undefined ? [requiredField("metadata.name", "name or generateName is required")] : [];
}

function namespaceProblems({ namespace }: Meta, scope: AnyKind["scope"]): readonly FieldProblem[] {
  if (scope === "Cluster")
    return namespace === undefined ? [] : [forbiddenField("metadata.namespace", "not allowed on this type")];
  if (namespace === undefined) return [requiredField("metadata.namespace")];
  return dnsLabelTrouble(namespace).map((one) => invalidField("metadata.namespace", namespace, one));
}

export const labelProblems = (labels: Readonly<Record<string, string>> = {}, path: string): readonly FieldProblem[] =>
  Object.entries(labels)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([key, value]) => [
      ...labelKeyTrouble(key).map((one) => invalidField(path, key, one)),
      ...labelValueTrouble(value).map((one) => invalidField(path, value, one)),
    ]);

export function annotationProblems(
  annotations: Readonly<Record<string, string>> = {},
  path: string,
): readonly FieldProblem[] {
  const problems = Object.keys(annotations).flatMap((key) =>
    labelKeyTrouble(key.toLowerCase()).map((one) => invalidField(path, key, one)),
  );
  const size = Object.entries(annotations).reduce((sum, [key, value]) => sum + byteLength(key) + byteLength(value), 0);
  return size > largestAnnotations ? [...problems, tooLongField(path, largestAnnotations)] : problems;
}
const utf8 = new TextEncoder();
const byteLength = (text: string): number => utf8.encode(text).length;

const path = "metadata.ownerReferences";
function ownerProblems(owners: readonly Owner[] = []): readonly FieldProblem[] {
  const problems = owners.flatMap((one) => [...oneOwnerProblems(one)]);
  const controllers = owners.filter(({ controller }) => controller);
  if (controllers.length < 2) return problems;
  const [first, second] = controllers.map(({ kind }) => kind);
  const detail = `Only one reference can have Controller set to true. Found "true" in references for ${first} and ${second}`;
  return [...problems, invalidField(path, owners, detail)];
}

function* oneOwnerProblems({ apiVersion, kind, name, uid }: Owner): Iterable<FieldProblem> {
  const version = apiVersion.split("/").at(-1) ?? "";
  if (version === "") yield invalidField(`${path}.apiVersion`, apiVersion, "version must not be empty");
  if (kind === "") yield invalidField(`${path}.kind`, kind, "must not be empty");
  if (name === "") yield invalidField(`${path}.name`, name, "must not be empty");
  if (uid === "") yield invalidField(`${path}.uid`, uid, "must not be empty");
  if (apiVersion === "v1" && kind === "Event")
    yield invalidField(path, { apiVersion, kind, name, uid }, "/v1, Kind=Event is disallowed from being an owner");
}

function* finalizerProblems(finalizers: readonly string[] = []): Iterable<FieldProblem> {
  const all = "metadata.finalizers";
  for (const one of finalizers) {
    for (const trouble of labelKeyTrouble(one)) yield invalidField(all, one, trouble);
    if (!one.includes("/") && !standardFinalizers.has(one))
      yield invalidField(all, one, "name is neither a standard finalizer name nor is it fully qualified");
  }
  if (finalizers.includes("orphan") && finalizers.includes("foregroundDeletion"))
    yield invalidField(all, finalizers, "finalizers orphan and foregroundDeletion cannot be both set");
}
const standardFinalizers: ReadonlySet<string> = new Set(["kubernetes", "orphan", "foregroundDeletion"]);

/** The server has taken over what it alone decides (`uid`, `creationTimestamp`, …) before this looks. */
export function metadataUpdateProblems(next: unknown, old: unknown): readonly FieldProblem[] {
  const [now, before] = [metaOf(next), metaOf(old)];
  const immutable = (["name", "namespace", "uid", "creationTimestamp"] as const).filter(
    (one) => now[one] !== before[one],
  );
  return [
    ...immutable.map((one) => invalidField(`metadata.${one}`, now[one], "field is immutable")),
    ...((now.generation ?? 0) < (before.generation ?? 0)
      ? [invalidField("metadata.generation", now.generation, "must not be decremented")]
      : []),
  ];
}
