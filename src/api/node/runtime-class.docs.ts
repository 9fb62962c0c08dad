import { type Documented, documented } from "#machinery/openapi/docs.ts";
import { Overhead, Scheduling } from "./runtime-class/spec.ts";
import { RuntimeClass } from "./runtime-class.ts";

export const runtimeClassDocs: readonly Documented[] = [
  documented(RuntimeClass, {
    "": "A way of running containers that pods can ask for by name, such as in a small virtual machine each.",
    metadata: "Name by which pods ask for it.",
    handler: "What the node's container runtime calls it. It can't be changed.",
    overhead: "What the handler itself takes for each pod; the scheduler counts it in.",
    scheduling: "Which nodes know it.",
  }),
  documented(Overhead, {
    "": "What a pod takes beside its containers.",
    podFixed: "How much of each resource, for every pod.",
  }),
  documented(Scheduling, {
    "": "Which nodes know the handler.",
    nodeSelector: "Labels of such nodes; they are added to those that a pod asks for.",
    tolerations: "Taints of such nodes that its pods tolerate; added to a pod's own.",
  }),
];
