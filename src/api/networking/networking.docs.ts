import { type Documented, documented } from "#machinery/openapi/docs.ts";
import * as ofAddress from "./ip-address/spec.ts";
import { IPAddressV1beta1 } from "./ip-address/v1beta1.ts";
import { IPAddress } from "./ip-address.ts";
import { ExtensionsNetworkPolicy } from "./network-policy/extensions-v1beta1.ts";
import * as ofPolicy from "./network-policy/spec.ts";
import { NetworkPolicy } from "./network-policy.ts";
import * as ofRange from "./service-cidr/spec.ts";
import { ServiceCIDRV1beta1 } from "./service-cidr/v1beta1.ts";
import { ServiceCIDR } from "./service-cidr.ts";

const networkPolicy = {
  "": "Says which traffic pods may get and send. A pod that no policy is about may get and send everything.",
  metadata: "The namespace is that of the pods which the policy is about.",
  spec: "Which pods it is about, and what they may get and send.",
};
const serviceCidr = {
  "": "Ranges from which Services get their cluster IPs. Those that the cluster began with are called kubernetes.",
  metadata: "The name is what IPAddresses and people know the ranges by; it has no namespace.",
  spec: "The ranges, at most one of each family.",
  status: "Whether addresses are given out of them.",
};
const ipAddress = {
  "": "One address that is in use: its name is the address itself, so that nobody else can have it.",
  metadata: "Its name is the address, in canonical form: no leading zeros, IPv6 in lower case.",
  spec: "The object that the address belongs to.",
};

export const networkingDocs: readonly Documented[] = [
  documented(NetworkPolicy, networkPolicy),
  documented(ExtensionsNetworkPolicy, networkPolicy),
  documented(ofPolicy.NetworkPolicySpec, {
    "": "Which pods a policy is about, and which traffic it lets through. Several policies let through what any of them does.",
    podSelector: "Chooses the pods of the policy's namespace; an empty one chooses all of them.",
    policyTypes:
      "Ingress, Egress or both: the directions in which nothing passes but what the rules let through. Left out, Ingress, and Egress where there are such rules.",
    ingress: "Traffic that may come in. Where there is none, and policyTypes has Ingress, nothing may.",
    egress: "Traffic that may go out. Where there is none, and policyTypes has Egress, nothing may.",
  }),
  documented(ofPolicy.NetworkPolicyIngressRule, {
    "": "Traffic that may come in: from any of these, to any of these ports.",
    from: "Where it comes from. Left out or empty: from anywhere.",
    ports: "The ports of the chosen pods. Left out or empty: all of them.",
  }),
  documented(ofPolicy.NetworkPolicyEgressRule, {
    "": "Traffic that may go out: to any of these, at any of these ports.",
    to: "Where it goes. Left out or empty: anywhere.",
    ports: "The ports there. Left out or empty: all of them.",
  }),
  documented(ofPolicy.NetworkPolicyPeer, {
    "": "The other end of traffic: pods, or a block of addresses.",
    podSelector: "Chooses pods, of the policy's own namespace where there is no namespaceSelector.",
    namespaceSelector: "Chooses namespaces by their labels: all pods in them, or those that podSelector chooses too.",
    ipBlock: "Addresses outside of the pods' network. Only alone.",
  }),
  documented(ofPolicy.IPBlock, {
    "": "A block of addresses, with holes.",
    cidr: "The block, as in 192.0.2.0/24 or 2001:db8::/64.",
    except: "Smaller blocks within it that don't count.",
  }),
  documented(ofPolicy.NetworkPolicyPort, {
    "": "A port, or several in a row.",
    protocol: "TCP, also where left out, UDP or SCTP.",
    port: "Its number, or the name that a pod gives it. Left out: every port of the protocol.",
    endPort: "The last of several ports in a row that begins at port, which must be a number then.",
  }),
  documented(ServiceCIDR, serviceCidr),
  documented(ServiceCIDRV1beta1, serviceCidr),
  documented(ofRange.ServiceCIDRSpec, {
    "": "Ranges of addresses for Services.",
    cidrs: "One range, or one of each address family. What is there can't be changed; a second family can be added.",
  }),
  documented(ofRange.ServiceCIDRStatus, {
    "": "How ranges of addresses fare.",
    conditions:
      "Ready while addresses are given out of the ranges; not while they are being deleted and Services still have some.",
  }),
  documented(IPAddress, ipAddress),
  documented(IPAddressV1beta1, ipAddress),
  documented(ofAddress.IPAddressSpec, {
    "": "Who has an address.",
    parentRef: "The object that has it. It can't be changed.",
  }),
  documented(ofAddress.ParentReference, {
    "": "Names the object that has an address.",
    group: "Its API group; left out for the core group.",
    resource: "Its resource, as in services.",
    namespace: "Its namespace, if it is in one.",
    name: "What that object is called.",
  }),
];
