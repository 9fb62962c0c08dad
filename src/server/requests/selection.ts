import type { ServedKind } from "#machinery/catalogue.ts";
import type { AnyKind } from "#machinery/kind.ts";
import { parseFieldSelector, parseLabelSelector } from "#machinery/selector-text.ts";
import { type FieldSelector, type LabelSelector, matchesFields, matchesLabels } from "#machinery/selectors.ts";
import { badRequest } from "#machinery/status.ts";
import type { ApiObject } from "../object.ts";

/** Which objects of a kind a request is about. */
export interface Selection {
  readonly isEverything: boolean;
  /** The one name that can be chosen, where there is only one. */
  readonly name: string | undefined;
  readonly matches: (object: ApiObject) => boolean;
}

/** Reads `labelSelector` and `fieldSelector`. Throws a 400 for what can't be read and for fields that can't be selected by. */
export function selectionOf(spoken: ServedKind, query: URLSearchParams, pathName = ""): Selection {
  const labels = parseLabelSelector(query.get("labelSelector") ?? "");
  if (labels.kind === "refused") throw badRequest(labels.message);
  const fields = parseFieldSelector(query.get("fieldSelector") ?? "");
  if (fields.kind === "refused") throw badRequest(fields.message);
  const [chosen] = fields.selector.requirements;
  if (pathName !== "" && chosen !== undefined && !requires(fields.selector, pathName))
    throw badRequest("fieldSelector metadata.name doesn't match requested name");
  const requirements = [
    ...fields.selector.requirements.map((one) => ({ ...one, field: hubField(spoken, one.field) })),
    ...(pathName === "" ? [] : [{ field: "metadata.name", operator: "=" as const, value: pathName }]),
  ];
  return selection(spoken.hub, labels.selector, { requirements });
}

const requires = ({ requirements }: FieldSelector, name: string): boolean =>
  requirements.some(({ field, operator, value }) => field === "metadata.name" && operator === "=" && value === name);

function selection(kind: AnyKind, labels: LabelSelector, fields: FieldSelector): Selection {
  const name = fields.requirements.find(({ field, operator }) => field === "metadata.name" && operator === "=")?.value;
  return {
    isEverything: labels.requirements.length === 0 && fields.requirements.length === 0,
    name,
    matches: (object) =>
      matchesLabels(labels, object.metadata.labels) && matchesFields(fields, (field) => fieldOf(kind, object, field)),
  };
}

/** What the hub calls a field that a selector names. Throws a 400. */
function hubField({ hub, other }: ServedKind, field: string): string {
  const names = other?.selectableFields;
  const own = names === undefined ? field : Object.hasOwn(names, field) ? names[field] : undefined;
  const meant = isOfMetadata(hub, field) ? field : own;
  if (meant === undefined || !isSelectable(hub, meant)) throw badRequest(unknownField(hub, field));
  return meant;
}

/** A kind that has no fields of its own to select by answers by Kubernetes' DefaultMetaV1FieldSelectorConversion. */
const unknownField = ({ selectableFields }: AnyKind, field: string): string =>
  Object.keys(selectableFields).length > 0
    ? `field label not supported: ${field}`
    : `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`;

const isOfMetadata = (kind: AnyKind, field: string): boolean =>
  field === "metadata.name" || (field === "metadata.namespace" && kind.scope === "Namespaced");

const isSelectable = (kind: AnyKind, field: string): boolean =>
  isOfMetadata(kind, field) || Object.hasOwn(kind.selectableFields, field);

function fieldOf(kind: AnyKind, object: ApiObject, field: string): string {
  if (field === "metadata.name") return object.metadata.name;
  if (field === "metadata.namespace") return object.metadata.namespace ?? "";
  return kind.selectableFields[field]?.(object) ?? "";
}
