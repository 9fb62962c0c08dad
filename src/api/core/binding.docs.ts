import { type Documented, documented } from "#machinery/openapi/docs.ts";
import { Binding } from "./binding.ts";

export const bindingDocs: readonly Documented[] = [
  documented(Binding, {
    "": "A scheduler's decision: it puts a pod on a node, once and for all.",
    metadata: "Name and namespace of the pod; labels and annotations are added to it.",
    target: "The node that the pod gets; its kind is Node, or left out.",
  }),
];
