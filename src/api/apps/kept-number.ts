import type { ObjectMeta } from "../meta/object-meta.ts";

// A number for which older versions have a field, and apps/v1 an annotation. Source: pkg/apis/apps/v1/conversion.go.

/** `metadata` with the number in the annotation `key`; as it was where there is none. */
export const keepNumber = (metadata: ObjectMeta, key: string, value: number | undefined): ObjectMeta =>
  value === undefined ? metadata : { ...metadata, annotations: { ...metadata.annotations, [key]: String(value) } };

/** The number that the annotation `key` holds, and `metadata` without it; as it was where it holds none. */
export function takeNumber(
  metadata: ObjectMeta,
  key: string,
): { readonly metadata: ObjectMeta; readonly value: number | undefined } {
  const { annotations = {}, ...rest } = metadata;
  const text = Object.hasOwn(annotations, key) ? (annotations[key] ?? "") : "";
  if (!/^(?:0|-?[1-9]\d*)$/.test(text)) return { metadata, value: undefined };
  const others = Object.entries(annotations).filter(([name]) => name !== key);
  return {
    metadata: { ...rest, ...(others.length > 0 && { annotations: Object.fromEntries(others) }) },
    value: Number(text),
  };
}
