import { ingressClassAnnotation } from "#api/networking/ingress/rules.ts";
import type { Ingress } from "#api/networking/ingress.ts";
import type { IngressClass } from "#api/networking/ingress-class.ts";
import type { Reason } from "../reasons.ts";

/** A controller name (IngressClass `spec.controller`) that is served here. */
export interface ServedController {
  /** `portolan.io/ingress`, `k8s.io/ingress-nginx`. */
  readonly controller: string;
  /** What `kubernetes.io/ingress.class` calls it where there is no IngressClass of that name: `portolan`, `nginx`. */
  readonly className: string;
}

/** Whether an Ingress is served here, and if not, why, and which field says so. */
export type Ownership =
  /** `className`: undefined where it names none. */
  | { readonly kind: "ours"; readonly className: string | undefined }
  | { readonly kind: "notOurs"; readonly because: ForeignReason; readonly field: string };

type ForeignReason = Extract<Reason, "NoSuchIngressClass" | "OtherController" | "NoIngressClass">;

/** The IngressClasses of the cluster, with an eye for those served here. */
export interface ServedClasses {
  /** Those of the served controllers, the oldest first. */
  readonly ours: readonly IngressClass[];
  readonly ownershipOf: (ingress: Ingress) => Ownership;
}

const defaultAnnotation = "ingressclass.kubernetes.io/is-default-class";

/**
 * Reads the classes. `spec.ingressClassName` decides, else the annotation `kubernetes.io/ingress.class`, which may also name a controller whose
 * class isn't there. An Ingress without either is served where the default class is ours (of several the newest, then the first by name, as in
 * Kubernetes' admission), or where the cluster has no class at all, so that there is nothing to choose from.
 */
export function servedClasses(
  classes: Iterable<IngressClass>,
  controllers: readonly ServedController[],
): ServedClasses {
  const byName = new Map([...classes].map((one) => [one.metadata.name, one]));
  const isOurs = ({ spec }: IngressClass) => controllers.some(({ controller }) => controller === spec.controller);
  const unnamed = ownershipWithout([...byName.values()], isOurs);
  const ownershipOf = ({ metadata, spec }: Ingress): Ownership => {
    const annotated = metadata.annotations?.[ingressClassAnnotation];
    const className = spec.ingressClassName ?? annotated;
    if (className === undefined || className === "") return unnamed;
    const field = spec.ingressClassName === undefined ? annotationField : "spec.ingressClassName";
    const found = byName.get(className);
    const isServed = found === undefined ? field === annotationField && isName(className, controllers) : isOurs(found);
    if (isServed) return { kind: "ours", className };
    return { kind: "notOurs", because: found === undefined ? "NoSuchIngressClass" : "OtherController", field };
  };
  return { ours: [...byName.values()].filter(isOurs).toSorted(byAge), ownershipOf };
}

const annotationField = `metadata.annotations[${ingressClassAnnotation}]`;

const isName = (name: string, controllers: readonly ServedController[]): boolean =>
  controllers.some(({ className }) => className === name);

function ownershipWithout(classes: readonly IngressClass[], isOurs: (one: IngressClass) => boolean): Ownership {
  const field = "spec.ingressClassName";
  if (classes.length === 0) return { kind: "ours", className: undefined };
  const [chosen] = classes
    .filter(({ metadata }) => metadata.annotations?.[defaultAnnotation] === "true")
    .toSorted(byAge)
    .toSorted((a, b) => compare(b.metadata.creationTimestamp, a.metadata.creationTimestamp));
  if (chosen === undefined) return { kind: "notOurs", because: "NoIngressClass", field };
  return isOurs(chosen)
    ? { kind: "ours", className: chosen.metadata.name }
    : { kind: "notOurs", because: "OtherController", field };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const byAge = ({ metadata: a }: IngressClass, { metadata: b }: IngressClass): number =>
  compare(a.creationTimestamp, b.creationTimestamp) || compare(a.name, b.name);
