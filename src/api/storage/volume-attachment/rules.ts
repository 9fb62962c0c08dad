import {
  type FieldProblem,
  forbiddenField,
  invalidField,
  requiredField,
  tooLongField,
} from "#machinery/field-problem.ts";
import { isSame } from "#machinery/rules/differences.ts";
import { dnsSubdomainTrouble } from "#machinery/rules/names.ts";
import { driverNameProblems, volumeSourceProblems } from "../../core/persistent-volume/source-rules.ts";
import type { PersistentVolumeSpec } from "../../core/persistent-volume/spec.ts";
import { accessModeProblems } from "../../core/persistent-volume-claim/rules.ts";
import type { VolumeAttachmentSource, VolumeAttachmentSpec, VolumeAttachmentStatus, VolumeError } from "./spec.ts";

// Source: ValidateVolumeAttachment and its neighbours in pkg/apis/storage/validation/validation.go.

type Problems = Iterable<FieldProblem>;
interface Subject {
  readonly spec: VolumeAttachmentSpec;
  readonly status: VolumeAttachmentStatus;
}

export function* attachmentProblems({ spec, status }: Subject): Problems {
  if (spec.attacher === "") yield requiredField("spec.attacher");
  yield* sourceProblems("spec.source", spec.source);
  for (const trouble of dnsSubdomainTrouble(spec.nodeName)) yield invalidField("spec.nodeName", spec.nodeName, trouble);
  const size = new TextEncoder().encode(
    Object.entries(status.attachmentMetadata ?? {})
      .flat()
      .join(""),
  ).length;
  if (size > largestMetadata) yield tooLongField("status.attachmentMetadata", largestMetadata);
  yield* errorProblems("status.attachError", status.attachError);
  yield* errorProblems("status.detachError", status.detachError);
}

/** What older objects may still have otherwise. */
export function* newAttachmentProblems({ spec: { attacher, source } }: Subject): Problems {
  if (attacher !== "") yield* driverNameProblems("spec.attacher", attacher);
  const { persistentVolumeName: name } = source;
  if (name !== undefined)
    for (const trouble of dnsSubdomainTrouble(name))
      yield invalidField("spec.source.persistentVolumeName", name, trouble);
}

const eitherOr = "must specify exactly one of inlineVolumeSpec and persistentVolumeName";

function* sourceProblems(
  path: string,
  { persistentVolumeName: name, inlineVolumeSpec }: VolumeAttachmentSource,
): Problems {
  if (name === undefined && inlineVolumeSpec === undefined) yield requiredField(path, eitherOr);
  else if (name !== undefined && inlineVolumeSpec !== undefined) yield forbiddenField(path, eitherOr);
  else if (name === "")
    yield requiredField(`${path}.persistentVolumeName`, "must specify non empty persistentVolumeName");
  else if (inlineVolumeSpec !== undefined) yield* inlineProblems(`${path}.inlineVolumeSpec`, inlineVolumeSpec);
}

const notInline = "may not be specified in the context of inline volumes";

/** A volume that has no object of its own: a driver's, and nobody's claim. Source: ValidatePersistentVolumeSpec of core. */
function* inlineProblems(path: string, spec: PersistentVolumeSpec): Problems {
  if (spec.claimRef !== undefined) yield forbiddenField(`${path}.claimRef`, notInline);
  if (spec.capacity !== undefined) yield forbiddenField(`${path}.capacity`, notInline);
  if (spec.csi === undefined)
    yield requiredField(`${path}.csi`, "has to be specified in the context of inline volumes");
  if (spec.accessModes === undefined) yield requiredField(`${path}.accessModes`);
  yield* accessModeProblems(`${path}.accessModes`, spec.accessModes);
  if (spec.persistentVolumeReclaimPolicy !== "Retain")
    yield forbiddenField(
      `${path}.persistentVolumeReclaimPolicy`,
      "may only be Retain in the context of inline volumes",
    );
  if (spec.nodeAffinity !== undefined) yield forbiddenField(`${path}.nodeAffinity`, notInline);
  yield* volumeSourceProblems(path, spec);
  if (spec.storageClassName !== undefined) yield forbiddenField(`${path}.storageClassName`, notInline);
  if (spec.volumeMode !== "Filesystem")
    yield forbiddenField(
      `${path}.volumeMode`,
      "may not specify volumeMode other than Filesystem in the context of inline volumes",
    );
}

/** Bytes, keys and values together. */
const largestMetadata = 256 * 1024;
const longestMessage = 1024;

function* errorProblems(path: string, error: VolumeError | undefined): Problems {
  const { message = "", errorCode = 0 } = error ?? {};
  // Kubernetes says the limit of the metadata here
  if (new TextEncoder().encode(message).length > longestMessage) yield tooLongField(`${path}.message`, largestMetadata);
  if (errorCode < 0) yield invalidField(`${path}.errorCode`, errorCode, "must be between 0 and 2147483647, inclusive");
}

export function* keptSpecProblems({ spec: next }: Subject, { spec: old }: Subject): Problems {
  if (!isSame(next, old)) yield invalidField("spec", next, "field is immutable");
}
