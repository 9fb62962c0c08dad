import { classProblems } from "#api/networking/ingress/rules.ts";
import { ingresses } from "#api/networking/ingress.ts";
import { isOf } from "../object.ts";
import { plain, type Strategy } from "./strategy.ts";

/** An Ingress names its class in one way. */
export const ingressStrategy: Strategy = {
  ...plain,
  problems: ({ next, old }) => (old === undefined && isOf(ingresses, next) ? classProblems(next) : []),
};
