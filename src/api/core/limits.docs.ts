import { type Documented, documented } from "#machinery/openapi/docs.ts";
import * as range from "./limit-range/spec.ts";
import { LimitRange } from "./limit-range.ts";
import * as quota from "./resource-quota/spec.ts";
import { ResourceQuota } from "./resource-quota.ts";

export const limitDocs: readonly Documented[] = [
  documented(LimitRange, {
    "": "Bounds, and stand-ins, for what each container, pod or claim of a namespace may ask for.",
    metadata: "Name, and the namespace in which it counts.",
    spec: "The bounds and stand-ins, one entry a type of object.",
  }),
  documented(range.LimitRangeSpec, {
    "": "The bounds, one entry a type.",
    limits: "For each of Container, Pod and PersistentVolumeClaim what one of them may ask for.",
  }),
  documented(range.LimitRangeItem, {
    "": "What one object of a type may ask for, for each resource.",
    type: "Container, Pod or PersistentVolumeClaim.",
    max: "Nothing may have a limit, or ask for more, above it.",
    min: "Nothing may ask for less.",
    default: "The limit of a container that says none; max where left out.",
    defaultRequest: "What a container asks for that says nothing; default, or min, where left out.",
    maxLimitRequestRatio: "How many times what is asked for a limit may be.",
  }),
  documented(ResourceQuota, {
    "": "How much a namespace may have of everything together.",
    metadata: "Name, and the namespace that it is about.",
    spec: "How much of what, and which objects count.",
    status: "How much is used of what may be.",
  }),
  documented(quota.ResourceQuotaSpec, {
    "": "How much of what a namespace may have, and which objects count.",
    hard: "By resource, such as pods, requests.cpu, limits.memory or count/ingresses.networking.k8s.io: at most so much.",
    scopes:
      "Only objects count that are in all of these: Terminating, NotTerminating, BestEffort, NotBestEffort and so on.",
    scopeSelector: "The same with values, such as pods of certain priority classes.",
  }),
  documented(quota.ResourceQuotaStatus, {
    "": "How much of a quota is used.",
    hard: "What may be used, as it is enforced now.",
    used: "What is used now.",
  }),
  documented(quota.ScopeSelector, {
    "": "Chooses objects by scopes.",
    matchExpressions: "An object counts that fits all of these.",
  }),
  documented(quota.ScopedResourceSelectorRequirement, {
    "": "A scope, and the values that fit.",
    scopeName: "The scope, as in PriorityClass or BestEffort.",
    operator: "In, NotIn, Exists or DoesNotExist.",
    values: "For In and NotIn: names of priority classes, for example.",
  }),
];
