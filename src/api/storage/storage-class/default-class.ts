import type { ObjectMeta } from "../../meta/object-meta.ts";

const defaultAnnotations = [
  "storageclass.kubernetes.io/is-default-class",
  "storageclass.beta.kubernetes.io/is-default-class",
];

export const isDefaultClass = ({ annotations }: ObjectMeta): boolean =>
  defaultAnnotations.some((one) => annotations?.[one] === "true");

/**
 * The class of a claim that names none: of those marked as default the youngest, of equally young ones the first by name.
 * Source: GetDefaultClass in pkg/volume/util/storageclass.go.
 */
export function defaultStorageClass(classes: readonly { readonly metadata: ObjectMeta }[]): string | undefined {
  const [first] = classes
    .map(({ metadata }) => metadata)
    .filter(isDefaultClass)
    .toSorted((a, b) => compare(b.creationTimestamp, a.creationTimestamp) || compare(a.name, b.name));
  return first?.name;
}
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
