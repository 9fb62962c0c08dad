import { goTypeName, showGo } from "../go-text.ts";
import { isJsonObject, type JsonObject } from "../json.ts";
import { PatchRefused } from "./refused.ts";

// What a strategic merge patch says beside values. Source: k8s.io/apimachinery/pkg/util/strategicpatch/patch.go; the refusals' words
// are those of k8s.io/apimachinery/pkg/util/mergepatch/errors.go.

export const orderDirective = "$setElementOrder";
export const deleteDirective = "$deleteFromPrimitiveList";
const retainDirective = "$retainKeys";

/** The field that `$setElementOrder/ports` is about; undefined for another name. */
export function fieldBehind(
  directive: typeof orderDirective | typeof deleteDirective,
  name: string,
): string | undefined {
  if (!name.startsWith(directive)) return undefined;
  if (name.startsWith(`${directive}/`)) return name.slice(directive.length + 1);
  const what = directive === orderDirective ? "setElementOrder list" : "primitive list";
  throw new PatchRefused("invalid", `invalid patch format of ${what}`);
}

export const unknownPatchType = (directive: unknown, patch: JsonObject): PatchRefused =>
  new PatchRefused("unforeseen", `unknown patch type: ${showGo(directive)} in map: ${showGo(patch)}`);

export const withoutMergeKey = (entry: JsonObject, key: string): PatchRefused =>
  new PatchRefused("unforeseen", `map: ${showGo(entry)} does not contain declared merge key: ${key}`);

/** What a directive that must be a list holds. */
export function mustList(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new PatchRefused("unforeseen", `expected a []interface {}, but received a ${goTypeName(value)}`);
}

/** What `$retainKeys` leaves of a document; all of it where the patch has none. */
export function retained(document: JsonObject, patch: JsonObject): JsonObject {
  const keys = patch[retainDirective];
  if (keys === undefined) return document;
  const isStray = (name: string): boolean =>
    patch[name] !== null &&
    name !== retainDirective &&
    !name.startsWith(orderDirective) &&
    !name.startsWith(deleteDirective) &&
    !(Array.isArray(keys) && keys.includes(name));
  if (!Array.isArray(keys) || Object.keys(patch).some(isStray))
    throw new PatchRefused("invalid", "invalid patch format of retainKeys");
  return Object.fromEntries(Object.entries(document).filter(([name]) => keys.includes(name)));
}

/** Every entry that a patch sets stands in its `$setElementOrder`, and in that order. Source: validatePatchWithSetOrderList. */
export function checkOrder(patch: readonly unknown[], order: readonly unknown[], mergeKey: string): void {
  const set = patch.filter((one) => !(isJsonObject(one) && mergeKey !== "" && one.$patch !== undefined));
  if (set.length === 0 || order.length === 0) return;
  const keyOf = (one: unknown): unknown => (mergeKey !== "" && isJsonObject(one) ? one[mergeKey] : one);
  let at = 0;
  for (const wanted of order) if (at < set.length && keyOf(set[at]) === keyOf(wanted)) at++;
  if (at === set.length) return;
  throw new PatchRefused(
    "unforeseen",
    `The order in patch list:\n${showGo(patch)}\n doesn't match ${orderDirective} list:\n${showGo(order)}\n`,
  );
}

/** A value that a patch brings where there was none: without nulls, without directives, and without what they delete. */
export function brought(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((one) => !isDeletion(one) && !isMarker(one)).map(brought);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, one]) => one !== null && !isDirective(name) && !isDeletion(one))
      .map(([name, one]) => [name, brought(one)]),
  );
}
const isDeletion = (value: unknown): boolean => isJsonObject(value) && value.$patch === "delete";
/** `{$patch: replace}` stands in a list for the list. */
const isMarker = (value: unknown): boolean =>
  isJsonObject(value) && value.$patch !== undefined && Object.keys(value).length === 1;
const isDirective = (name: string): boolean =>
  name === "$patch" || name === retainDirective || name.startsWith(orderDirective) || name.startsWith(deleteDirective);
