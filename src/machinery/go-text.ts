import { isJsonObject, type JsonObject } from "./json.ts";

// Values of JSON as Go's fmt prints them, for messages that hold them.

const byName = (object: JsonObject): readonly (readonly [string, unknown])[] =>
  Object.entries(object).toSorted(([a], [b]) => (a < b ? -1 : 1));

/** `%v`: `map[image:x ports:[map[containerPort:80]]]`. */
export function showGo(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(showGo).join(" ")}]`;
  if (!isJsonObject(value)) return value === null || value === undefined ? "<nil>" : String(value);
  return `map[${byName(value)
    .map(([name, one]) => `${name}:${showGo(one)}`)
    .join(" ")}]`;
}

/** `%#v`: `map[string]interface {}{"image":"x"}`. */
export function showGoSource(value: unknown): string {
  if (Array.isArray(value)) return `[]interface {}{${value.map(showGoSource).join(", ")}}`;
  if (!isJsonObject(value)) return value === null || value === undefined ? "interface {}(nil)" : JSON.stringify(value);
  const fields = byName(value).map(([name, one]) => `${JSON.stringify(name)}:${showGoSource(one)}`);
  return `map[string]interface {}{${fields.join(", ")}}`;
}

/** `%T`: `[]interface {}`. */
export function goTypeName(value: unknown): string {
  if (value === null || value === undefined) return "<nil>";
  if (Array.isArray(value)) return "[]interface {}";
  if (isJsonObject(value)) return "map[string]interface {}";
  return typeof value === "boolean" ? "bool" : typeof value === "number" ? "int64" : "string";
}
