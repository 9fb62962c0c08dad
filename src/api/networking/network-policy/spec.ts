import { defaulted, int32, intOrString, list, object, oneOf, optional, required, string } from "#machinery/schema.ts";
import { LabelSelector } from "../../meta/label-selector.ts";

export class IPBlock extends object("io.k8s.api.networking.v1.IPBlock", {
  cidr: required(1, string),
  except: optional(2, list(string)),
}) {}

export class NetworkPolicyPeer extends object("io.k8s.api.networking.v1.NetworkPolicyPeer", {
  podSelector: optional(1, LabelSelector),
  namespaceSelector: optional(2, LabelSelector),
  ipBlock: optional(3, IPBlock),
}) {}

export class NetworkPolicyPort extends object("io.k8s.api.networking.v1.NetworkPolicyPort", {
  protocol: defaulted(1, oneOf("TCP", "UDP", "SCTP"), "TCP", { zero: "counts" }),
  port: optional(2, intOrString, { zero: "counts" }),
  endPort: optional(3, int32(), { zero: "counts" }),
}) {}

export class NetworkPolicyIngressRule extends object("io.k8s.api.networking.v1.NetworkPolicyIngressRule", {
  ports: optional(1, list(NetworkPolicyPort)),
  from: optional(2, list(NetworkPolicyPeer)),
}) {}

export class NetworkPolicyEgressRule extends object("io.k8s.api.networking.v1.NetworkPolicyEgressRule", {
  ports: optional(1, list(NetworkPolicyPort)),
  to: optional(2, list(NetworkPolicyPeer)),
}) {}

export class NetworkPolicySpec extends object("io.k8s.api.networking.v1.NetworkPolicySpec", {
  podSelector: defaulted(1, LabelSelector, {}),
  ingress: optional(2, list(NetworkPolicyIngressRule)),
  egress: optional(3, list(NetworkPolicyEgressRule)),
  policyTypes: optional(4, list(string)),
}) {}
