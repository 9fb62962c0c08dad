import { type FieldProblem, invalidField, requiredField, unsupportedField } from "#machinery/field-problem.ts";
import { ipProblems } from "#machinery/rules/addresses.ts";
import { labelProblems } from "#machinery/rules/metadata.ts";
import { dnsLabelTrouble, dnsSubdomainTrouble } from "#machinery/rules/names.ts";
import { negativeProblems, rangeProblems } from "#machinery/rules/numbers.ts";
import type { PodSpec } from "../spec.ts";
import { affinityProblems } from "./affinity.ts";
import { containersProblems } from "./containers.ts";
import { hostNetworkProblems } from "./ports.ts";
import { tolerationProblems } from "./tolerations.ts";
import { topologySpreadProblems } from "./topology-spread.ts";
import { volumeProblems } from "./volumes.ts";

// Source: ValidatePodSpec in pkg/apis/core/validation/validation.go.

type Problems = Iterable<FieldProblem>;
const int32Max = 2 ** 31 - 1;
const idMax = 2 ** 32 - 1;

/** `path` is "spec", or "spec.template.spec". */
export function* podSpecProblems(path: string, spec: PodSpec): Problems {
  yield* negativeProblems(`${path}.terminationGracePeriodSeconds`, spec.terminationGracePeriodSeconds);
  yield* volumeProblems(`${path}.volumes`, spec.volumes);
  yield* containersProblems(path, spec);
  yield* policyProblems(path, spec);
  yield* labelProblems(spec.nodeSelector, `${path}.nodeSelector`);
  if (spec.hostNetwork) yield* hostNetworkProblems(`${path}.containers`, spec.containers);
  yield* securityProblems(path, spec);
  yield* dnsProblems(path, spec);
  yield* nameProblems(path, spec);
  yield* rangeProblems(`${path}.activeDeadlineSeconds`, spec.activeDeadlineSeconds, [1, int32Max]);
  yield* hostnameProblems(path, spec);
  if (spec.affinity !== undefined) yield* affinityProblems(`${path}.affinity`, spec.affinity);
  yield* topologySpreadProblems(`${path}.topologySpreadConstraints`, spec.topologySpreadConstraints);
  yield* tolerationProblems(`${path}.tolerations`, spec.tolerations);
  yield* hostAliasProblems(`${path}.hostAliases`, spec.hostAliases);
}

const restartPolicies: readonly string[] = ["Always", "Never", "OnFailure"];
const dnsPolicies: readonly string[] = ["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"];

function* policyProblems(path: string, { restartPolicy, dnsPolicy }: PodSpec): Problems {
  if (!restartPolicies.includes(restartPolicy))
    yield unsupportedField(`${path}.restartPolicy`, restartPolicy, restartPolicies);
  if (!dnsPolicies.includes(dnsPolicy)) yield unsupportedField(`${path}.dnsPolicy`, dnsPolicy, dnsPolicies);
}

function* securityProblems(path: string, { securityContext, shareProcessNamespace, hostPID }: PodSpec): Problems {
  const at = `${path}.securityContext`;
  const { fsGroup, runAsUser, runAsGroup, supplementalGroups = [] } = securityContext;
  yield* rangeProblems(`${at}.fsGroup`, fsGroup, [0, idMax]);
  yield* rangeProblems(`${at}.runAsUser`, runAsUser, [0, idMax]);
  yield* rangeProblems(`${at}.runAsGroup`, runAsGroup, [0, idMax]);
  for (const [i, group] of supplementalGroups.entries())
    yield* rangeProblems(`${at}.supplementalGroups[${i}]`, group, [0, idMax]);
  if (shareProcessNamespace && hostPID)
    yield invalidField(`${at}.shareProcessNamespace`, true, "ShareProcessNamespace and HostPID cannot both be enabled");
}

/** As many as a resolv.conf takes. Source: MaxDNSNameservers, MaxDNSSearchPaths, MaxDNSSearchListChars. */
const mostNameservers = 3;
const mostSearches = 32;
const longestSearches = 2048;

function* dnsProblems(path: string, { dnsPolicy, dnsConfig }: PodSpec): Problems {
  const at = `${path}.dnsConfig`;
  const { nameservers = [], searches = [], options = [] } = dnsConfig ?? {};
  if (dnsPolicy === "None" && nameservers.length === 0) {
    const where = dnsConfig === undefined ? at : `${at}.nameservers`;
    const detail = "must provide at least one DNS nameserver when `dnsPolicy` is None";
    yield requiredField(where, dnsConfig === undefined ? "must provide `dnsConfig` when `dnsPolicy` is None" : detail);
  }
  if (nameservers.length > mostNameservers)
    yield invalidField(`${at}.nameservers`, nameservers, `must not have more than ${mostNameservers} nameservers`);
  for (const [i, server] of nameservers.entries()) yield* ipProblems(`${at}.nameservers[${i}]`, server);
  if (searches.length > mostSearches)
    yield invalidField(`${at}.searches`, searches, `must not have more than ${mostSearches} search paths`);
  if (searches.join(" ").length > longestSearches)
    yield invalidField(
      `${at}.searches`,
      searches,
      `must not have more than ${longestSearches} characters (including spaces) in the search list`,
    );
  for (const [i, { name }] of options.entries())
    if (name === undefined) yield requiredField(`${at}.options[${i}]`, "must not be empty");
}

function* nameProblems(path: string, { serviceAccountName, nodeName, priorityClassName }: PodSpec): Problems {
  for (const [field, name] of Object.entries({ serviceAccountName, nodeName, priorityClassName }))
    if (name !== undefined)
      for (const trouble of dnsSubdomainTrouble(name)) yield invalidField(`${path}.${field}`, name, trouble);
}

function* hostnameProblems(path: string, { hostname, subdomain }: PodSpec): Problems {
  for (const [field, name] of Object.entries({ hostname, subdomain }))
    if (name !== undefined)
      for (const trouble of dnsLabelTrouble(name)) yield invalidField(`${path}.${field}`, name, trouble);
}

function* hostAliasProblems(path: string, aliases: PodSpec["hostAliases"] = []): Problems {
  for (const [i, { ip, hostnames = [] }] of aliases.entries()) {
    yield* ipProblems(`${path}[${i}].ip`, ip);
    for (const [j, name] of hostnames.entries())
      for (const trouble of dnsSubdomainTrouble(name))
        yield invalidField(`${path}[${i}].hostnames[${j}]`, name, trouble);
  }
}
