import type { Deprecation } from "#machinery/kind.ts";

// Source: zz_generated.prerelease-lifecycle.go of each version in k8s.io/api.

/** Of apps/v1beta1 and extensions/v1beta1. */
export const oldest: Deprecation = { deprecatedIn: "v1.8", removedIn: "v1.16", use: "apps/v1" };
/** Of apps/v1beta2. */
export const older: Deprecation = { deprecatedIn: "v1.9", removedIn: "v1.16", use: "apps/v1" };
