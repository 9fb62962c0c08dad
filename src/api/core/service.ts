import { defineKind, statusSubresource } from "#machinery/kind.ts";
import { defaulted, object } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { serviceColumns } from "./service/columns.ts";
import { deriveService } from "./service/defaults.ts";
import { serviceRules } from "./service/rules.ts";
import { ServiceSpec, ServiceStatus } from "./service/spec.ts";
import { balancerStatusProblems } from "./service/status-rules.ts";
import { serviceUpdateRules } from "./service/update-rules.ts";
import { serviceWarnings } from "./service/warnings.ts";

export {
  ClientIPConfig,
  LoadBalancerIngress,
  LoadBalancerStatus,
  PortStatus,
  ServicePort,
  ServiceSpec,
  ServiceStatus,
  SessionAffinityConfig,
} from "./service/spec.ts";

export class Service extends object("io.k8s.api.core.v1.Service", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: defaulted(2, ServiceSpec, {}),
  status: defaulted(3, ServiceStatus, {}),
}) {}

export const services = defineKind<typeof Service>({
  group: "",
  version: "v1",
  kind: "Service",
  plural: "services",
  singular: "service",
  shortNames: ["svc"],
  categories: ["all"],
  scope: "Namespaced",
  type: Service,
  subresources: [
    {
      name: "proxy",
      kind: { group: "", version: "v1", kind: "ServiceProxyOptions" },
      verbs: ["create", "delete", "get", "patch", "update"],
    },
    statusSubresource,
  ],
  columns: serviceColumns,
  selectableFields: {
    "spec.clusterIP": ({ spec }) => spec.clusterIP ?? "",
    "spec.type": ({ spec }) => spec.type,
  },
  nameRule: "dns-1035-label",
  derive: deriveService,
  initialStatus: () => ({ loadBalancer: {} }),
  rules: serviceRules,
  updateRules: [...serviceUpdateRules, balancerStatusProblems],
  warnings: serviceWarnings,
});
