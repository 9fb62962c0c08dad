import { type AnyOtherVersion, type Deprecation, defineVersion, unchanged } from "#machinery/kind.ts";
import { defaulted, int64, object, optional, present, rawExtension } from "#machinery/schema.ts";
import { ObjectMeta } from "../../meta/object-meta.ts";
import { older, oldest } from "../deprecations.ts";

/** The same in every version. */
export const controllerRevisionFields = {
  metadata: defaulted(1, ObjectMeta, {}),
  data: optional(2, rawExtension),
  revision: present(3, int64()),
};
export class ControllerRevisionV1beta2 extends object(
  "io.k8s.api.apps.v1beta2.ControllerRevision",
  controllerRevisionFields,
) {}
export class ControllerRevisionV1beta1 extends object(
  "io.k8s.api.apps.v1beta1.ControllerRevision",
  controllerRevisionFields,
) {}

const inVersion = (
  version: string,
  type: typeof ControllerRevisionV1beta2,
  deprecation: Deprecation,
): AnyOtherVersion =>
  defineVersion<typeof ControllerRevisionV1beta2, unknown>({
    group: "apps",
    version,
    type,
    derive: unchanged,
    toHub: unchanged,
    fromHub: unchanged,
    deprecation,
  });

export const controllerRevisionV1beta2 = inVersion("v1beta2", ControllerRevisionV1beta2, older);
export const controllerRevisionV1beta1 = inVersion("v1beta1", ControllerRevisionV1beta1, oldest);
