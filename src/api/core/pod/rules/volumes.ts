import {
  duplicateField,
  type FieldProblem,
  forbiddenField,
  invalidField,
  notFoundField,
  requiredField,
  unsupportedField,
} from "#machinery/field-problem.ts";
import { mustQuantity } from "#machinery/quantity.ts";
import { configKeyTrouble, dnsLabelTrouble } from "#machinery/rules/names.ts";
import { climbingProblems, relativePathProblems } from "#machinery/rules/paths.ts";
import type { VolumeMount } from "../container.ts";
import type { HostPathVolumeSource, KeyToPath, Volume } from "../volumes.ts";

// Source: ValidateVolumes and ValidateVolumeMounts in pkg/apis/core/validation/validation.go. What a source needs beyond its
// required fields is said for those that nodes here can mount.

type Problems = Iterable<FieldProblem>;

export function* volumeProblems(path: string, volumes: readonly Volume[] = []): Problems {
  const names = new Set<string>();
  for (const [i, volume] of volumes.entries()) {
    const at = `${path}[${i}]`;
    const { name, ...sources } = volume;
    yield* sourceProblems(at, volume, Object.keys(sources));
    if (name === "") yield requiredField(`${at}.name`);
    else for (const trouble of dnsLabelTrouble(name)) yield invalidField(`${at}.name`, name, trouble);
    if (names.has(name)) yield duplicateField(`${at}.name`, name);
    names.add(name);
  }
}

function* sourceProblems(path: string, volume: Volume, given: readonly string[]): Problems {
  for (const second of given.slice(1))
    yield forbiddenField(`${path}.${second}`, "may not specify more than 1 volume type");
  const { hostPath, emptyDir, secret, configMap } = volume;
  if (emptyDir?.sizeLimit !== undefined && mustQuantity(emptyDir.sizeLimit).nanos < 0n)
    yield forbiddenField(`${path}.emptyDir.sizeLimit`, "SizeLimit field must be a valid resource quantity");
  if (hostPath !== undefined) yield* hostPathProblems(`${path}.hostPath`, hostPath);
  if (secret !== undefined) {
    if (secret.secretName === undefined) yield requiredField(`${path}.secret.secretName`);
    yield* filesProblems(`${path}.secret`, secret);
  }
  if (configMap !== undefined) {
    if (configMap.name === undefined) yield requiredField(`${path}.configMap.name`);
    yield* filesProblems(`${path}.configMap`, configMap);
  }
  if (given.length === 0) yield requiredField(path, "must specify a volume type");
}

const hostPathTypes: readonly string[] = [
  "",
  "BlockDevice",
  "CharDevice",
  "Directory",
  "DirectoryOrCreate",
  "File",
  "FileOrCreate",
  "Socket",
];
export function* hostPathProblems(path: string, { path: place, type }: HostPathVolumeSource): Problems {
  if (place === "") yield requiredField(`${path}.path`);
  else yield* climbingProblems(`${path}.path`, place);
  if (!hostPathTypes.includes(type)) yield unsupportedField(`${path}.type`, type, hostPathTypes);
}

const modeDetail = "must be a number between 0 and 0777 (octal), both inclusive";
interface Files {
  readonly defaultMode: number;
  readonly items?: readonly KeyToPath[];
}

function* filesProblems(path: string, { defaultMode, items = [] }: Files): Problems {
  yield* modeProblems(`${path}.defaultMode`, defaultMode);
  for (const [i, { key, path: file, mode }] of items.entries()) {
    const at = `${path}.items[${i}]`;
    if (key === "") yield requiredField(`${at}.key`);
    else for (const trouble of configKeyTrouble(key)) yield invalidField(`${at}.key`, key, trouble);
    if (file === "") yield requiredField(`${at}.path`);
    else yield* relativePathProblems(`${at}.path`, file);
    yield* modeProblems(`${at}.mode`, mode);
  }
}
function* modeProblems(path: string, mode: number | undefined): Problems {
  if (mode !== undefined && (mode < 0 || mode > 0o777)) yield invalidField(path, mode, modeDetail);
}

const propagations: readonly string[] = ["Bidirectional", "HostToContainer", "None"];

export function* mountProblems(
  path: string,
  mounts: readonly VolumeMount[] = [],
  volumes: ReadonlySet<string>,
): Problems {
  const places = new Set<string>();
  for (const [i, { name, mountPath, subPath, subPathExpr, mountPropagation }] of mounts.entries()) {
    const at = `${path}[${i}]`;
    if (name === "") yield requiredField(`${at}.name`);
    else if (!volumes.has(name)) yield notFoundField(`${at}.name`, name);
    if (mountPath === "") yield requiredField(`${at}.mountPath`);
    if (places.has(mountPath)) yield invalidField(`${at}.mountPath`, mountPath, "must be unique");
    places.add(mountPath);
    if (subPath !== undefined) yield* relativePathProblems(`${at}.subPath`, subPath);
    if (subPathExpr !== undefined) {
      if (subPath !== undefined)
        yield invalidField(`${at}.subPathExpr`, subPathExpr, "subPathExpr and subPath are mutually exclusive");
      yield* relativePathProblems(`${at}.subPathExpr`, subPathExpr);
    }
    if (mountPropagation !== undefined && !propagations.includes(mountPropagation))
      yield unsupportedField(`${at}.mountPropagation`, mountPropagation, propagations);
  }
}
