/** What JSON writes in braces. */
export type JsonObject = Readonly<Record<string, unknown>>;

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The value of a field, whatever it is called; undefined also for what every object of JavaScript inherits: `constructor`. */
export const ownValue = (object: JsonObject, key: string): unknown =>
  Object.hasOwn(object, key) ? object[key] : undefined;

/** For setting a field whatever it is called, by `Object.defineProperty`: assignment to `__proto__` would be something else. */
export const ownEntry = (value: unknown): PropertyDescriptor => ({
  value,
  enumerable: true,
  configurable: true,
  writable: true,
});

/** As JSON would say it: a field that is undefined is none. */
export function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (!isJsonObject(value)) return value;
  const said: Record<string, unknown> = {};
  for (const [key, one] of Object.entries(value))
    if (one !== undefined) Object.defineProperty(said, key, ownEntry(withoutUndefined(one)));
  return said;
}
