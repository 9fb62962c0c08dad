import { classProblems, ingressClassAnnotation } from "#api/networking/ingress/rules.ts";
import { ingresses } from "#api/networking/ingress.ts";
import { defaultIngressClass } from "#api/networking/ingress-class/rules.ts";
import { ingressClasses } from "#api/networking/ingress-class.ts";
import { isOf, named } from "../object.ts";
import { everyOf } from "../objects.ts";
import { plain, type Strategy } from "./strategy.ts";

/** An Ingress that says nothing of a class gets the cluster's own. Source: the admission plugin DefaultIngressClass. */
export const ingressStrategy: Strategy = {
  ...plain,
  completeCreate: async (object, store) => {
    if (!isOf(ingresses, object) || object.spec.ingressClassName !== undefined) return object;
    if (object.metadata.annotations?.[ingressClassAnnotation] !== undefined) return object;
    const ingressClassName = defaultIngressClass(await everyOf(store, ingressClasses));
    return ingressClassName === undefined
      ? object
      : named(ingresses, { ...object, spec: { ...object.spec, ingressClassName } });
  },
  problems: ({ next, old }) => (old === undefined && isOf(ingresses, next) ? classProblems(next) : []),
};
