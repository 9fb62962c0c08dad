import { boolean, defaulted, int64, list, object, oneOf, optional, required, set, string } from "#machinery/schema.ts";

export class TokenRequest extends object("io.k8s.api.storage.v1.TokenRequest", {
  audience: required(1, string),
  expirationSeconds: optional(2, int64(), { zero: "counts" }),
}) {}

const counts = { zero: "counts" } as const;

export class CSIDriverSpec extends object("io.k8s.api.storage.v1.CSIDriverSpec", {
  attachRequired: defaulted(1, boolean, true, counts),
  podInfoOnMount: defaulted(2, boolean, false, counts),
  volumeLifecycleModes: defaulted(3, set(string, { patch: false }), ["Persistent"]),
  storageCapacity: defaulted(4, boolean, false, counts),
  fsGroupPolicy: defaulted(5, oneOf("File", "None", "ReadWriteOnceWithFSType"), "ReadWriteOnceWithFSType", counts),
  tokenRequests: optional(6, list(TokenRequest)),
  requiresRepublish: defaulted(7, boolean, false, counts),
  seLinuxMount: defaulted(8, boolean, false, counts),
  nodeAllocatableUpdatePeriodSeconds: optional(9, int64(), counts),
  serviceAccountTokenInSecrets: optional(10, boolean, counts),
  preventPodSchedulingIfMissing: optional(11, boolean, counts),
}) {}
