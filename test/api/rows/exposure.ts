import { ingresses } from "#api/networking/ingress.ts";
import { ingressClasses } from "#api/networking/ingress-class.ts";
import { ipAddresses } from "#api/networking/ip-address.ts";
import { networkPolicies } from "#api/networking/network-policy.ts";
import { serviceCidrs } from "#api/networking/service-cidr.ts";
import { podDisruptionBudgets } from "#api/policy/pod-disruption-budget.ts";
import type { Row } from "./row.ts";

const podSelector = { matchLabels: { app: "a" }, matchExpressions: [{ key: "b", operator: "Exists" }] };

export const exposureRows: readonly Row[] = [
  [
    ingresses,
    "NAME CLASS HOSTS ADDRESS PORTS AGE |",
    {
      spec: {
        ingressClassName: "nginx",
        tls: [{}],
        rules: ["a.example.com", "*.b.example.com"].map((host) => ({ host })),
      },
      status: { loadBalancer: { ingress: [{ hostname: "b-long-name.elb.example.com" }, { ip: "192.0.2.1" }] } },
    },
    ["x", "nginx", "a.example.com,*.b.example.com", "192.0.2.1,b-long-name.elb.example.com", "80, 443", "5m"],
  ],
  [
    ingresses,
    "NAME CLASS HOSTS ADDRESS PORTS AGE |",
    { spec: { rules: ["a", "b", "c", "d", "e"].map((host) => ({ host })) } },
    ["x", "<none>", "a,b,c + 2 more...", "", "80", "5m"],
  ],
  [ingresses, "NAME CLASS HOSTS ADDRESS PORTS AGE |", { spec: { rules: [{}] } }, ["x", "<none>", "*", "", "80", "5m"]],
  [
    ingressClasses,
    "NAME CONTROLLER PARAMETERS AGE |",
    {
      spec: {
        controller: "example.com/ingress",
        parameters: { apiGroup: "k8s.example.com", kind: "Parameters", name: "external" },
      },
    },
    ["x", "example.com/ingress", "Parameters.k8s.example.com/external", "5m"],
  ],
  [
    ingressClasses,
    "NAME CONTROLLER PARAMETERS AGE |",
    { spec: { controller: "example.com/ingress" } },
    ["x", "example.com/ingress", "<none>", "5m"],
  ],
  [networkPolicies, "NAME POD-SELECTOR AGE |", {}, ["x", "<none>", "5m"]],
  [networkPolicies, "NAME POD-SELECTOR AGE |", { spec: { podSelector } }, ["x", "app=a,b", "5m"]],
  [
    serviceCidrs,
    "NAME CIDRS AGE |",
    { spec: { cidrs: ["10.96.0.0/12", "fd00::/108"] } },
    ["x", "10.96.0.0/12,fd00::/108", "5m"],
  ],
  [
    ipAddresses,
    "NAME PARENTREF AGE |",
    { spec: { parentRef: { resource: "services", namespace: "default", name: "kubernetes" } } },
    ["x", "services/default/kubernetes", "5m"],
  ],
  [
    ipAddresses,
    "NAME PARENTREF AGE |",
    { spec: { parentRef: { group: "gateway.networking.k8s.io", resource: "gateways", name: "one" } } },
    ["x", "gateways.gateway.networking.k8s.io/one", "5m"],
  ],
  [
    podDisruptionBudgets,
    "NAME MIN AVAILABLE MAX UNAVAILABLE ALLOWED DISRUPTIONS AGE |",
    { spec: { minAvailable: "50%" }, status: { disruptionsAllowed: 2 } },
    ["x", "50%", "N/A", 2, "5m"],
  ],
];
