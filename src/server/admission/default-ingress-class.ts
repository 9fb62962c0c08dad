import { ingressClassAnnotation } from "#api/networking/ingress/rules.ts";
import { ingresses } from "#api/networking/ingress.ts";
import { defaultIngressClass as chosen } from "#api/networking/ingress-class/rules.ts";
import { ingressClasses } from "#api/networking/ingress-class.ts";
import { isOf, named } from "../object.ts";
import { everyOf } from "../objects.ts";
import type { AdmissionPlugin } from "./plugin.ts";

/** An Ingress that says nothing of a class gets the cluster's own. */
export const defaultIngressClass: AdmissionPlugin = {
  name: "DefaultIngressClass",
  at: ["networking.k8s.io/ingresses"],
  mutate: async (next, { operation, call: { env } }) => {
    if (operation !== "create" || !isOf(ingresses, next)) return next;
    const own = next.spec.ingressClassName ?? next.metadata.annotations?.[ingressClassAnnotation];
    if (own !== undefined) return next;
    const ingressClassName = chosen(await everyOf(env.store, ingressClasses));
    return ingressClassName === undefined
      ? next
      : named(ingresses, { ...next, spec: { ...next.spec, ingressClassName } });
  },
};
