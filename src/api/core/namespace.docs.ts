import { type Documented, documented } from "#machinery/openapi/docs.ts";
import { conditionDocs } from "../meta/condition.docs.ts";
import * as namespace from "./namespace.ts";

export const namespaceDocs: readonly Documented[] = [
  documented(namespace.Namespace, {
    "": "A room for names: what is in it is apart from what others call the same, and goes with it.",
    metadata:
      "Its name is the third part of the DNS names of its Services; the label kubernetes.io/metadata.name has it too.",
    spec: "Who still has to clean up before it goes.",
    status: "Whether it takes new objects or is being emptied.",
  }),
  documented(namespace.NamespaceSpec, {
    "": "What holds a namespace back from going.",
    finalizers:
      "Who must let it go once it is deleted. The server puts kubernetes here; it leaves when the last object has gone. Written by the subresource finalize alone.",
  }),
  documented(namespace.NamespaceStatus, {
    "": "How a namespace is.",
    phase: "Active, or Terminating: nothing new is taken, and what is there is deleted.",
    conditions: "While it is Terminating: what keeps it from being empty.",
  }),
  documented(namespace.NamespaceCondition, {
    "": "Something that keeps a namespace from going, or doesn't.",
    type: "What may keep it: objects or finalizers that remain, a group of the API that can't be asked, or deletions that failed.",
    ...conditionDocs("the namespace"),
  }),
];
