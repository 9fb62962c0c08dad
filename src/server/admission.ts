import { nodeOf } from "#core/access/attributes.ts";
import type { FieldProblem } from "#machinery/field-problem.ts";
import { forbidden, invalid } from "#machinery/status.ts";
import { type NodeWrite, nodeDenial } from "./authorization/node-restriction.ts";
import type { Call } from "./call.ts";
import type { ApiObject } from "./object.ts";
import { strategyOf } from "./strategy.ts";

interface Admission {
  /** Its name; empty where it has none yet. */
  readonly name: string;
  readonly next: ApiObject;
  /** undefined: there is none yet. */
  readonly old: ApiObject | undefined;
  /** What its declaration finds wrong with it. */
  readonly problems: readonly FieldProblem[];
}

/**
 * Lets a write pass that nothing is wrong with, with a warning where something may not be meant. Throws a 422 for a wrong object, a 403
 * where whoever asks may write such objects, but not this.
 */
export function admit(call: Call, { name, next, old, problems }: Admission): void {
  const { kind, env, identity } = call;
  admitNode(call, { name, next, old });
  const { problems: further, denial } = strategyOf(kind);
  const subresource = call.subresource?.name ?? "";
  const change = { identity, subresource, next, old };
  const all = [
    ...problems,
    ...(further?.(change, { ...env.options, serviceRanges: env.serviceAddresses.ranges }) ?? []),
  ];
  if (all.length > 0) throw invalid(kind, name, all);
  const denied = denial?.(change);
  if (denied !== undefined) throw forbidden(kind, name, denied);
  if (subresource === "") for (const warning of kind.warnings?.(next, old) ?? []) call.warn(warning);
}

/** Asks what else is stored, which takes its time: before the object is settled, since that is saved in the same turn. Throws a 403. */
export async function admitBeside({ kind, env, subresource }: Call, name: string, next: ApiObject): Promise<void> {
  if (subresource !== undefined) return;
  const denied = await strategyOf(kind).rivalry?.(next, env.store);
  if (denied !== undefined) throw forbidden(kind, name, denied);
}

/** What a node may write of what it may write at all; `next` is undefined for a deletion. Throws a 403. */
export function admitNode(
  { kind, identity, subresource }: Call,
  { name, next, old }: Pick<NodeWrite, "next" | "old"> & { readonly name: string },
): void {
  const node = nodeOf(identity);
  const denied =
    node === undefined ? undefined : nodeDenial(node, { kind, subresource: subresource?.name ?? "", next, old });
  if (denied !== undefined) throw forbidden(kind, name, denied);
}
