import { type Documented, documented } from "#machinery/openapi/docs.ts";
import { Scale, ScaleSpec, ScaleStatus } from "./scale.ts";

export const scaleDocs: readonly Documented[] = [
  documented(Scale, {
    "": "How many pods something keeps running, whatever its kind: what kubectl scale and autoscalers read and write.",
    metadata: "Name, namespace and resourceVersion of what is scaled.",
    spec: "How many there shall be: the one thing that can be written here.",
    status: "How many there are, and how they are found.",
  }),
  documented(ScaleSpec, {
    "": "How many pods are wanted.",
    replicas: "So many pods shall run; 0, also where left out, ends them all.",
  }),
  documented(ScaleStatus, {
    "": "How many pods there are now.",
    replicas: "So many pods were last seen, ready or not.",
    selector: "By which labels the pods are found, as a query has it: app=web,tier in (a,b).",
  }),
];
