import type { FieldProblem } from "#machinery/field-problem.ts";
import { invalid } from "#machinery/status.ts";
import type { ApiObject } from "../object.ts";
import type { Along, Saving } from "../objects.ts";
import { strategyOf } from "../strategies/strategies.ts";
import { settle } from "../verbs/settle.ts";
import { chargeOf, judge } from "./chain.ts";
import type { Attempt } from "./plugin.ts";

interface Admitting {
  readonly next: ApiObject;
  /** What its declaration finds wrong with it. */
  readonly problems: (settled: ApiObject) => Iterable<FieldProblem>;
  /** Stores it in the turn in which it was settled. */
  readonly write: (settled: ApiObject, along: Along) => Promise<Saving | undefined>;
}

/**
 * Settles an object that plugins have added to, and lets the write pass that nothing is wrong with, with a warning where something may not be
 * meant. Throws a 422 for a wrong object, a 403 where whoever asks may write such objects, but not this.
 */
export async function admit(attempt: Attempt, { next, problems, write }: Admitting): Promise<Saving | undefined> {
  const { call, name, old } = attempt;
  const { env } = call;
  const settled = settle(env, next, old);
  const all = [...problems(settled), ...furtherProblems(settled, attempt)];
  if (all.length > 0) throw invalid(call.kind, name, all);
  const judging = judge(settled, attempt);
  if (judging !== undefined) await judging; // waiting for nothing would be another turn too
  if (call.subresource === undefined)
    for (const warning of call.kind.warnings?.(settled, old) ?? []) call.warn(warning);
  const charge = chargeOf(settled, attempt);
  if (charge !== undefined) return charge((along) => write(settle(env, next, old), along));
  return write(judging === undefined ? settled : settle(env, next, old), []);
}

function furtherProblems(next: ApiObject, { call, old }: Attempt): Iterable<FieldProblem> {
  const { env, identity, kind, subresource } = call;
  const change = { identity, subresource: subresource?.name ?? "", next, old };
  return strategyOf(kind).problems?.(change, { ...env.options, serviceRanges: env.serviceAddresses.ranges }) ?? [];
}
