import type { Node } from "#api/core/node.ts";
import type { Pod } from "#api/core/pod.ts";
import type { NodeSelectorRequirement, NodeSelectorTerm } from "#api/core/references.ts";

/** Whether the node's labels are what `nodeSelector` and the required terms of `nodeAffinity` ask for. */
export function suitsNode({ spec }: Pod, node: Node): boolean {
  const labels = node.metadata.labels ?? {};
  if (Object.entries(spec.nodeSelector ?? {}).some(([name, value]) => labels[name] !== value)) return false;
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required === undefined || required.nodeSelectorTerms.some((term) => fits(term, node));
}

/** The weights of the preferred terms that fit the node. An empty term fits every node. */
export const preferenceFor = ({ spec }: Pod, node: Node): number =>
  (spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [])
    .filter(({ preference }) => isEmpty(preference) || fits(preference, node))
    .reduce((sum, { weight }) => sum + weight, 0);

const isEmpty = ({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm): boolean =>
  matchExpressions.length === 0 && matchFields.length === 0;

/** An empty term fits no node. */
function fits(term: NodeSelectorTerm, { metadata }: Node): boolean {
  const { matchExpressions = [], matchFields = [] } = term;
  if (isEmpty(term)) return false;
  return (
    matchExpressions.every((one) => meets(one, metadata.labels?.[one.key])) &&
    matchFields.every((one) => meets(one, one.key === "metadata.name" ? metadata.name : undefined))
  );
}

function meets({ operator, values = [] }: NodeSelectorRequirement, value: string | undefined): boolean {
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "Gt":
      return isInteger(value) && isInteger(values[0]) && BigInt(value) > BigInt(values[0]);
    case "Lt":
      return isInteger(value) && isInteger(values[0]) && BigInt(value) < BigInt(values[0]);
  }
}
const isInteger = (text: string | undefined): text is string => text !== undefined && /^-?\d+$/.test(text);
