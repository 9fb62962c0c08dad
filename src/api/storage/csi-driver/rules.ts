import { duplicateField, type FieldProblem, invalidField, unsupportedField } from "#machinery/field-problem.ts";
import { isSame } from "#machinery/rules/differences.ts";
import type { CSIDriverSpec, TokenRequest } from "./spec.ts";

// Source: validateCSIDriverSpec and ValidateCSIDriverUpdate in pkg/apis/storage/validation/validation.go.

type Problems = Iterable<FieldProblem>;
interface Subject {
  readonly spec: CSIDriverSpec;
}

const lifecycleModes: readonly string[] = ["Ephemeral", "Persistent"];
const shortestPeriodSeconds = 10;

export function* driverSpecProblems({ spec }: Subject): Problems {
  yield* tokenProblems("spec.tokenRequests", spec.tokenRequests);
  for (const mode of spec.volumeLifecycleModes)
    if (!lifecycleModes.includes(mode)) yield unsupportedField("spec.volumeLifecycleModes", mode, lifecycleModes);
  const { nodeAllocatableUpdatePeriodSeconds: seconds } = spec;
  if (seconds !== undefined && seconds < shortestPeriodSeconds)
    yield invalidField(
      "spec.nodeAllocatableUpdatePeriodSeconds",
      seconds,
      `must be greater than or equal to ${shortestPeriodSeconds} seconds`,
    );
}

const shortestTokenSeconds = 600;

function* tokenProblems(path: string, requests: readonly TokenRequest[] = []): Problems {
  const audiences = new Set<string>();
  for (const [i, { audience, expirationSeconds: seconds }] of requests.entries()) {
    if (audiences.has(audience)) {
      yield duplicateField(`${path}[${i}].audience`, audience);
      continue;
    }
    audiences.add(audience);
    if (seconds === undefined) continue;
    if (seconds < shortestTokenSeconds)
      yield invalidField(`${path}[${i}].expirationSeconds`, seconds, "may not specify a duration less than 10 minutes");
    if (seconds > 2 ** 32)
      yield invalidField(
        `${path}[${i}].expirationSeconds`,
        seconds,
        "may not specify a duration larger than 2^32 seconds",
      );
  }
}

/** How its volumes are attached and what pods may do with them stays. The first path is Kubernetes' own. */
export function* keptDriverProblems({ spec: next }: Subject, { spec: old }: Subject): Problems {
  if (next.attachRequired !== old.attachRequired)
    yield invalidField("spec.attachedRequired", next.attachRequired, "field is immutable");
  if (!isSame(next.volumeLifecycleModes, old.volumeLifecycleModes))
    yield invalidField("spec.volumeLifecycleModes", next.volumeLifecycleModes, "field is immutable");
}
