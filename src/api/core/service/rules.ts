import {
  type FieldProblem,
  forbiddenField,
  invalidField,
  requiredField,
  unsupportedField,
} from "#machinery/field-problem.ts";
import { cidrProblems, ipProblems, nonSpecialIpProblems } from "#machinery/rules/addresses.ts";
import { labelProblems } from "#machinery/rules/metadata.ts";
import { dnsSubdomainTrouble, labelKeyTrouble } from "#machinery/rules/names.ts";
import type { ObjectMeta } from "../../meta/object-meta.ts";
import { clusterIpProblems, isHeadless } from "./cluster-ip-rules.ts";
import { portsProblems } from "./port-rules.ts";
import type { ServiceSpec } from "./spec.ts";

// Source: ValidateService in pkg/apis/core/validation/validation.go; one function a paragraph of it, in its order.

interface Subject {
  readonly metadata: ObjectMeta;
  readonly spec: ServiceSpec;
}
type Problems = Iterable<FieldProblem>;

const hintsAnnotation = "service.kubernetes.io/topology-aware-hints";
const modeAnnotation = "service.kubernetes.io/topology-mode";
const sourceRangesAnnotation = "service.beta.kubernetes.io/load-balancer-source-ranges";
const onlyForLoadBalancers = "may only be used when `type` is 'LoadBalancer'";

export const serviceRules: readonly ((service: Subject) => Problems)[] = [
  topologyProblems,
  typeProblems,
  portsProblems,
  ({ spec }) => labelProblems(spec.selector, "spec.selector"),
  affinityProblems,
  ({ spec }) => clusterIpProblems(spec),
  ({ spec }) => externalIpProblems(spec),
  knownTypeProblems,
  sourceRangeProblems,
  loadBalancerProblems,
  externalPolicyProblems,
  internalPolicyProblems,
  distributionProblems,
];

/** Two names of one annotation must say the same. */
function* topologyProblems({ metadata: { annotations = {} } }: Subject): Problems {
  const { [hintsAnnotation]: hints, [modeAnnotation]: mode } = annotations;
  if (hints !== undefined && mode !== undefined && hints !== mode)
    yield invalidField(
      `metadata.annotations[${modeAnnotation}]`,
      mode,
      `must match annotations[${hintsAnnotation}] when both are specified`,
    );
}

function* typeProblems({ spec }: Subject): Problems {
  if (!spec.ports?.length && !isHeadless(spec) && spec.type !== "ExternalName") yield requiredField("spec.ports");
  if ((spec.type === "LoadBalancer" || spec.type === "NodePort") && isHeadless(spec))
    yield invalidField("spec.clusterIPs[0]", "None", `may not be set to 'None' for ${spec.type} services`);
  if (spec.type === "ExternalName") yield* aliasProblems(spec);
}

function* aliasProblems({ clusterIPs, ipFamilies, ipFamilyPolicy, externalName = "" }: ServiceSpec): Problems {
  const detail = "may not be set for ExternalName services";
  if (clusterIPs?.length) yield forbiddenField("spec.clusterIPs", detail);
  if (ipFamilies?.length) yield forbiddenField("spec.ipFamilies", detail);
  if (ipFamilyPolicy !== undefined) yield forbiddenField("spec.ipFamilyPolicy", detail);
  const name = externalName.replace(/\.$/, "");
  if (name === "") yield requiredField("spec.externalName");
  else for (const trouble of dnsSubdomainTrouble(name)) yield invalidField("spec.externalName", name, trouble);
}

const affinities: readonly string[] = ["ClientIP", "None"];
const longestAffinitySeconds = 86_400;

function* affinityProblems({ spec: { sessionAffinity, sessionAffinityConfig } }: Subject): Problems {
  if (!affinities.includes(sessionAffinity))
    yield unsupportedField("spec.sessionAffinity", sessionAffinity, affinities);
  const config = "spec.sessionAffinityConfig";
  if (sessionAffinity === "None" && sessionAffinityConfig !== undefined)
    yield forbiddenField(config, "must not be set when session affinity is None");
  if (sessionAffinity !== "ClientIP") return;
  const seconds = sessionAffinityConfig?.clientIP?.timeoutSeconds;
  if (seconds === undefined) yield requiredField(`${config}.clientIP`, "when session affinity type is ClientIP");
  else if (seconds <= 0 || seconds > longestAffinitySeconds)
    yield invalidField(
      `${config}.clientIP.timeoutSeconds`,
      seconds,
      `must be greater than 0 and less than ${longestAffinitySeconds}`,
    );
}

const externalIpProblems = ({ externalIPs = [] }: ServiceSpec): Problems =>
  externalIPs.flatMap((ip, i) => {
    const malformed = ipProblems(`spec.externalIPs[${i}]`, ip);
    return malformed.length > 0 ? malformed : nonSpecialIpProblems(`spec.externalIPs[${i}]`, ip);
  });

const types: readonly string[] = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
function* knownTypeProblems({ spec: { type } }: Subject): Problems {
  if (!types.includes(type)) yield unsupportedField("spec.type", type, types);
}

/** The field, or the annotation that was there before it; both may have spaces around a range. */
function* sourceRangeProblems({ metadata, spec }: Subject): Problems {
  const { type, loadBalancerSourceRanges: ranges = [] } = spec;
  const annotation = metadata.annotations?.[sourceRangesAnnotation];
  const isInField = ranges.length > 0;
  if (!isInField && annotation === undefined) return;
  const path = isInField ? "spec.LoadBalancerSourceRanges" : `metadata.annotations[${sourceRangesAnnotation}]`;
  if (type !== "LoadBalancer") yield forbiddenField(path, onlyForLoadBalancers);
  for (const [i, range] of ranges.entries()) yield* cidrProblems(`${path}[${i}]`, range.trim());
  if (isInField || annotation?.trim() === "") return;
  for (const range of annotation?.split(",") ?? []) yield* cidrProblems(path, range.trim());
}

function* loadBalancerProblems({ spec }: Subject): Problems {
  const { type, allocateLoadBalancerNodePorts, loadBalancerClass } = spec;
  const isBalanced = type === "LoadBalancer";
  if (allocateLoadBalancerNodePorts !== undefined && !isBalanced)
    yield forbiddenField("spec.allocateLoadBalancerNodePorts", onlyForLoadBalancers);
  if (loadBalancerClass === undefined) return;
  if (!isBalanced) yield forbiddenField("spec.loadBalancerClass", onlyForLoadBalancers);
  else
    for (const trouble of labelKeyTrouble(loadBalancerClass))
      yield invalidField("spec.loadBalancerClass", loadBalancerClass, trouble);
}

const policies: readonly string[] = ["Cluster", "Local"];

function* externalPolicyProblems({ spec }: Subject): Problems {
  const { type, externalIPs = [], externalTrafficPolicy: policy, healthCheckNodePort: health } = spec;
  const path = "spec.externalTrafficPolicy";
  const isExternal = type === "NodePort" || type === "LoadBalancer" || (type === "ClusterIP" && externalIPs.length > 0);
  if (!isExternal && policy !== undefined)
    yield invalidField(path, policy, "may only be set for externally-accessible services");
  if (isExternal && policy === undefined) yield requiredField(path);
  if (isExternal && policy !== undefined && !policies.includes(policy)) yield unsupportedField(path, policy, policies);
  if (health === undefined) return;
  if (type !== "LoadBalancer" || policy !== "Local")
    yield invalidField(
      "spec.healthCheckNodePort",
      health,
      "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
    );
  else if (health < 1 || health > 65_535)
    yield invalidField("spec.healthCheckNodePort", health, "must be between 1 and 65535, inclusive");
}

function* internalPolicyProblems({ spec: { internalTrafficPolicy: policy } }: Subject): Problems {
  if (policy !== undefined && !policies.includes(policy))
    yield unsupportedField("spec.internalTrafficPolicy", policy, policies);
}

const distributions: readonly string[] = ["PreferClose", "PreferSameNode", "PreferSameZone"];
function* distributionProblems({ spec: { trafficDistribution: wish } }: Subject): Problems {
  if (wish !== undefined && !distributions.includes(wish))
    yield unsupportedField("spec.trafficDistribution", wish, distributions);
}
