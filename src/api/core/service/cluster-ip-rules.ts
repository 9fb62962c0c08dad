import {
  duplicateField,
  type FieldProblem,
  invalidField,
  requiredField,
  unsupportedField,
} from "#machinery/field-problem.ts";
import { ipProblems } from "#machinery/rules/addresses.ts";
import { parseIp } from "#net/ip.ts";
import type { ServiceSpec } from "./spec.ts";

// Source: ValidateServiceClusterIPsRelatedFields in pkg/apis/core/validation/validation.go.

type Problems = Iterable<FieldProblem>;
const path = "spec.clusterIPs";

/** No address of its own: its name resolves to its endpoints. */
export const isHeadless = ({ clusterIPs = [], clusterIP }: ServiceSpec): boolean =>
  clusterIPs.length === 0 ? clusterIP === "None" : clusterIPs.length === 1 && clusterIPs[0] === "None";

export function* clusterIpProblems(spec: ServiceSpec): Problems {
  if (spec.type === "ExternalName") return;
  yield* agreementProblems(spec);
  yield* familyProblems(spec);
  const malformed = [...formProblems(spec.clusterIPs ?? [])];
  yield* malformed;
  if ((spec.clusterIPs?.length ?? 0) > 2) yield invalidField(path, spec.clusterIPs, "may only hold up to 2 values");
  if (malformed.length === 0) yield* pairingProblems(spec);
}

function* agreementProblems({ clusterIP, clusterIPs = [] }: ServiceSpec): Problems {
  if (clusterIP === undefined) {
    if (clusterIPs.length > 0) yield invalidField(path, clusterIPs, "must be empty when `clusterIP` is not specified");
  } else if (clusterIPs.length === 0) yield requiredField(path);
  else if (clusterIPs[0] !== clusterIP) yield invalidField(path, clusterIPs, "first value must match `clusterIP`");
}

const families: readonly string[] = ["IPv4", "IPv6"];
const familyPolicies: readonly string[] = ["PreferDualStack", "RequireDualStack", "SingleStack"];

function* familyProblems({ ipFamilies = [], ipFamilyPolicy }: ServiceSpec): Problems {
  for (const [i, family] of ipFamilies.entries()) {
    if (!families.includes(family)) yield unsupportedField(`spec.ipFamilies[${i}]`, family, families);
    if (ipFamilies.indexOf(family) < i) yield duplicateField(`spec.ipFamilies[${i}]`, family);
  }
  if (ipFamilyPolicy !== undefined && !familyPolicies.includes(ipFamilyPolicy))
    yield unsupportedField("spec.ipFamilyPolicy", ipFamilyPolicy, familyPolicies);
}

function* formProblems(clusterIPs: readonly string[]): Problems {
  for (const [i, ip] of clusterIPs.entries()) {
    if (i > 0 || ip !== "None") yield* ipProblems(`${path}[${i}]`, ip);
    else if (clusterIPs.length > 1) yield invalidField(path, clusterIPs, "'None' must be the first and only value");
  }
}

function* pairingProblems(spec: ServiceSpec): Problems {
  const { clusterIPs = [], ipFamilies = [] } = spec;
  const found = clusterIPs.map((ip) => parseIp(ip)?.family);
  if (found.length > 1 && new Set(found).size !== 2)
    yield invalidField(path, clusterIPs, "may specify no more than one IP for each IP family");
  if (isHeadless(spec)) return;
  for (const [i, ip] of clusterIPs.entries()) {
    const wanted = ipFamilies[i];
    if (wanted !== undefined && families.includes(wanted) && wanted !== found[i])
      yield invalidField(`${path}[${i}]`, ip, `expected an ${wanted} value as indicated by \`ipFamilies[${i}]\``);
  }
}
