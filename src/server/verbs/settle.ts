import { services } from "#api/core/service.ts";
import type { FieldProblem } from "#machinery/field-problem.ts";
import { invalid } from "#machinery/status.ts";
import { problemsOf } from "#machinery/validate.ts";
import type { Environment } from "../environment.ts";
import { type ApiObject, isOf, named } from "../object.ts";
import { rehearse, type Saving, type Slot, saveAt } from "../objects.ts";

/**
 * Gives a Service the addresses and ports that its type calls for; other objects stay as they are. Validation comes afterwards, as
 * in Kubernetes, but for the fields that the assignment reads. Throws a 422, or a 500 where nothing is left to give.
 */
export function settle({ serviceAddresses }: Environment, object: ApiObject, old: ApiObject | undefined): ApiObject {
  if (!isOf(services, object)) return object;
  const problems = problemsOf(services, object).filter(isAboutAddresses);
  if (problems.length > 0) throw invalid(services, object.metadata.name, problems);
  const before = old !== undefined && isOf(services, old) ? old : undefined;
  return named(services, serviceAddresses.assign(object, before));
}

const isAboutAddresses = ({ path }: FieldProblem): boolean =>
  /^spec\.(type|clusterIP|ipFamil|ports.*nodePort)/.test(path);

interface Settled extends Slot {
  readonly object: ApiObject;
  readonly isDryRun: boolean;
}

/** Writes a settled object, in the same turn. */
export function saveSettled(
  { serviceAddresses, store }: Environment,
  { object, isDryRun, ...slot }: Settled,
): Promise<Saving> {
  if (isDryRun) return rehearseSettled({ object, expect: slot.expect });
  if (!isOf(services, object)) return saveAt(store, object, slot);
  return serviceAddresses.whileReserved(slot.key, object, () => saveAt(store, object, slot));
}

async function rehearseSettled({ object, expect }: Pick<Settled, "object" | "expect">): Promise<Saving> {
  return { kind: "saved", saved: rehearse(object, expect) };
}
