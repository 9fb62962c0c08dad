import {
  type FieldProblem,
  forbiddenField,
  invalidField,
  requiredField,
  tooLongField,
} from "#machinery/field-problem.ts";
import { dnsLabelTrouble, dnsSubdomainTrouble } from "#machinery/rules/names.ts";
import { climbingProblems } from "#machinery/rules/paths.ts";
import { hostPathProblems } from "../pod/rules/volumes.ts";
import type { CSIPersistentVolumeSource, SecretReference } from "./sources.ts";
import { type PersistentVolumeSpec, sources } from "./spec.ts";

// Source: ValidatePersistentVolumeSpec in pkg/apis/core/validation/validation.go. What a source needs beyond its required fields is
// said for those that clusters still have.

type Problems = Iterable<FieldProblem>;

const sourceNames: ReadonlySet<string> = new Set(Object.keys(sources));

/** Where the storage lies. */
export const sourcesOf = (spec: PersistentVolumeSpec): readonly (readonly [name: string, source: unknown])[] =>
  Object.entries(spec).filter(([name, value]) => sourceNames.has(name) && value !== undefined);

export function* volumeSourceProblems(path: string, spec: PersistentVolumeSpec): Problems {
  const { hostPath, nfs, local, csi } = spec;
  const [first, ...others] = sourcesOf(spec);
  for (const [name] of others) yield forbiddenField(`${path}.${name}`, "may not specify more than 1 volume type");
  if (hostPath !== undefined) yield* hostPathProblems(`${path}.hostPath`, hostPath);
  if (nfs !== undefined && nfs.path !== "" && !nfs.path.startsWith("/"))
    yield invalidField(`${path}.nfs.path`, nfs.path, "must be an absolute path");
  if (local !== undefined && local.path !== "") yield* climbingProblems(`${path}.local.path`, local.path);
  if (csi !== undefined) yield* csiProblems(`${path}.csi`, csi);
  if (first === undefined) yield requiredField(path, "must specify a volume type");
}

const secretFields = [
  "controllerPublishSecretRef",
  "controllerExpandSecretRef",
  "nodePublishSecretRef",
  "nodeExpandSecretRef",
] as const;

function* csiProblems(path: string, csi: CSIPersistentVolumeSource): Problems {
  yield* driverNameProblems(`${path}.driver`, csi.driver);
  if (csi.volumeHandle === "") yield requiredField(`${path}.volumeHandle`);
  for (const field of secretFields) {
    const secret = csi[field];
    if (secret !== undefined) yield* secretProblems(`${path}.${field}`, secret);
  }
}

const longestDriverName = 63;

/** Source: ValidateCSIDriverName in the same file. */
export function* driverNameProblems(path: string, name: string): Problems {
  if (name === "") yield requiredField(path);
  if (name.length > longestDriverName) yield tooLongField(path, longestDriverName);
  for (const trouble of dnsSubdomainTrouble(name.toLowerCase())) yield invalidField(path, name, trouble);
}

function* secretProblems(path: string, { name = "", namespace = "" }: SecretReference): Problems {
  if (name === "") yield requiredField(`${path}.name`);
  else for (const trouble of dnsSubdomainTrouble(name)) yield invalidField(`${path}.name`, name, trouble);
  if (namespace === "") yield requiredField(`${path}.namespace`);
  else for (const trouble of dnsLabelTrouble(namespace)) yield invalidField(`${path}.namespace`, namespace, trouble);
}
