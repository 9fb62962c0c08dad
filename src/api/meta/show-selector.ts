import { showLabels } from "#machinery/columns.ts";
import type { LabelSelector, LabelSelectorRequirement } from "./label-selector.ts";

/** Source: FormatLabelSelector of k8s.io/apimachinery. */
export function showSelector({ matchLabels, matchExpressions = [] }: LabelSelector): string {
  const expressions = matchExpressions.map(showExpression);
  const labels = matchLabels === undefined ? [] : [showLabels(matchLabels)];
  return [...labels, ...expressions].join(",") || "<none>";
}

function showExpression({ key, operator, values = [] }: LabelSelectorRequirement): string {
  switch (operator) {
    case "In":
      return `${key} in (${values.toSorted().join(",")})`;
    case "NotIn":
      return `${key} notin (${values.toSorted().join(",")})`;
    case "Exists":
      return key;
    case "DoesNotExist":
      return `!${key}`;
  }
}
