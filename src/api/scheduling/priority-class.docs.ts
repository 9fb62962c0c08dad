import { type Documented, documented } from "#machinery/openapi/docs.ts";
import { PriorityClass } from "./priority-class.ts";

export const priorityClassDocs: readonly Documented[] = [
  documented(PriorityClass, {
    "": "A name for how important pods are; those of higher value are placed first.",
    metadata: "Name by which pods choose the class. Names that begin with system- are the cluster's own.",
    value: "The priority itself: the higher, the more important. It can't be changed, and is at most a billion.",
    globalDefault:
      "Pods that name no class are of this one. Only one class can be it; without one, they have priority 0.",
    description: "When to use it, for people.",
    preemptionPolicy:
      "PreemptLowerPriority, also where left out: less important pods may be ended to make room. Never: its pods wait for room.",
  }),
];
