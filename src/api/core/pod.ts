import { defineKind, statusSubresource } from "#machinery/kind.ts";
import { defaulted, object, required } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { podColumns } from "./pod/columns.ts";
import { derivePod } from "./pod/defaults.ts";
import { qosClassOf } from "./pod/qos.ts";
import { podRules, podUpdateRules } from "./pod/rules.ts";
import { PodSpec } from "./pod/spec.ts";
import { PodStatus } from "./pod/status.ts";

export class Pod extends object("io.k8s.api.core.v1.Pod", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: required(2, PodSpec),
  status: defaulted(3, PodStatus, {}),
}) {}

export const pods = defineKind<typeof Pod>({
  group: "",
  version: "v1",
  kind: "Pod",
  plural: "pods",
  singular: "pod",
  shortNames: ["po"],
  categories: ["all"],
  scope: "Namespaced",
  type: Pod,
  subresources: [
    { name: "attach", kind: { group: "", version: "v1", kind: "PodAttachOptions" }, verbs: ["create", "get"] },
    { name: "binding", kind: { group: "", version: "v1", kind: "Binding" }, verbs: ["create"] },
    { name: "eviction", kind: { group: "policy", version: "v1", kind: "Eviction" }, verbs: ["create"] },
    { name: "exec", kind: { group: "", version: "v1", kind: "PodExecOptions" }, verbs: ["create", "get"] },
    { name: "log", verbs: ["get"] },
    {
      name: "portforward",
      kind: { group: "", version: "v1", kind: "PodPortForwardOptions" },
      verbs: ["create", "get"],
    },
    {
      name: "proxy",
      kind: { group: "", version: "v1", kind: "PodProxyOptions" },
      verbs: ["create", "delete", "get", "patch", "update"],
    },
    statusSubresource,
  ],
  columns: podColumns,
  selectableFields: {
    "spec.nodeName": ({ spec }) => spec.nodeName ?? "",
    "spec.restartPolicy": ({ spec }) => spec.restartPolicy,
    "spec.schedulerName": ({ spec }) => spec.schedulerName,
    "spec.serviceAccountName": ({ spec }) => spec.serviceAccountName ?? "",
    "spec.hostNetwork": ({ spec }) => String(spec.hostNetwork ?? false),
    "status.phase": ({ status }) => status.phase ?? "",
    "status.podIP": ({ status }) => status.podIP ?? "",
    "status.nominatedNodeName": ({ status }) => status.nominatedNodeName ?? "",
  },
  nameRule: "dns-subdomain",
  derive: derivePod,
  initialStatus: ({ spec }) => ({ phase: "Pending", qosClass: qosClassOf(spec) }),
  countsGenerations: true,
  rules: podRules,
  updateRules: podUpdateRules,
});
