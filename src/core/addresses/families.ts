import type { Service } from "#api/core/service.ts";
import { type FieldProblem, invalidField } from "#machinery/field-problem.ts";
import { type IpFamily, parseIp } from "#net/ip.ts";
import type { Assignment } from "./assignment.ts";
import { type Facts, isHeadless, rangeOf } from "./taken.ts";

type Spec = Service["spec"];

/**
 * Settles `ipFamilyPolicy` and `ipFamilies`.
 * Source: "IPv4/IPv6 dual-stack" in the Kubernetes documentation, KEP-563.
 */
export function assignFamilies(service: Service, old: Service | undefined, facts: Facts): Assignment {
  if (service.spec.type === "ExternalName" || staysAsItWas(service, old)) return { kind: "assigned", service };
  const isUnguided = isHeadless(service) && Object.keys(service.spec.selector ?? {}).length === 0;
  const policy =
    service.spec.ipFamilyPolicy ?? old?.spec.ipFamilyPolicy ?? (isUnguided ? "RequireDualStack" : "SingleStack");
  const trimmed = trim({ ...service.spec, ipFamilyPolicy: policy }, old);
  const problems = [...releaseProblems(trimmed, old), ...policyProblems(trimmed)];
  const families = familiesOf(trimmed);
  if (problems.length === 0 && !isUnguided) problems.push(...clusterProblems(trimmed, families, facts));
  if (problems.length > 0) return { kind: "refused", problems };
  const first = families[0] ?? facts.ranges[0]?.family ?? "IPv4";
  const second = policy === "SingleStack" || !(isUnguided || facts.ranges.length === 2) ? [] : [otherThan(first)];
  const ipFamilies = families.length > 1 ? families : [first, ...second];
  return { kind: "assigned", service: { ...service, spec: { ...trimmed, ipFamilies } } };
}

/** A Service that prefers two families isn't moved by the cluster's getting or losing one, only by its owner. */
function staysAsItWas({ spec }: Service, old: Service | undefined): boolean {
  return (
    old !== undefined &&
    spec.type === old.spec.type &&
    spec.ipFamilyPolicy === "PreferDualStack" &&
    old.spec.ipFamilyPolicy === "PreferDualStack" &&
    sameTexts(spec.clusterIPs, old.spec.clusterIPs) &&
    sameTexts(spec.ipFamilies, old.spec.ipFamilies)
  );
}

/** Who turns to a single stack gives up the second address, unless the update names two. */
function trim(spec: Spec, old: Service | undefined): Spec {
  if (old === undefined || spec.ipFamilyPolicy !== "SingleStack") return spec;
  const keepsAddresses = sameTexts(spec.clusterIPs, old.spec.clusterIPs);
  const keepsFamilies = sameTexts(spec.ipFamilies, old.spec.ipFamilies);
  return {
    ...spec,
    ...(keepsAddresses && spec.clusterIPs && { clusterIPs: spec.clusterIPs.slice(0, 1) }),
    ...(keepsFamilies && spec.ipFamilies && { ipFamilies: spec.ipFamilies.slice(0, 1) }),
  };
}

function* releaseProblems(
  { ipFamilyPolicy, clusterIPs, ipFamilies, type }: Spec,
  old: Service | undefined,
): Iterable<FieldProblem> {
  if (old === undefined || old.spec.type === "ExternalName" || type === "ExternalName") return;
  if (ipFamilyPolicy === "SingleStack") return;
  if (isReduced(clusterIPs, old.spec.clusterIPs))
    yield invalidField(
      "spec.ipFamilyPolicy",
      ipFamilyPolicy,
      "must be 'SingleStack' to release the secondary cluster IP",
    );
  if (isReduced(ipFamilies, old.spec.ipFamilies))
    yield invalidField(
      "spec.ipFamilyPolicy",
      ipFamilyPolicy,
      "must be 'SingleStack' to release the secondary IP family",
    );
}

function* policyProblems({ ipFamilyPolicy, clusterIPs, ipFamilies }: Spec): Iterable<FieldProblem> {
  if (ipFamilyPolicy !== "SingleStack") return;
  const must = "must be 'RequireDualStack' or 'PreferDualStack' when multiple";
  if (clusterIPs?.length === 2)
    yield invalidField("spec.ipFamilyPolicy", ipFamilyPolicy, `${must} cluster IPs are specified`);
  if (ipFamilies?.length === 2)
    yield invalidField("spec.ipFamilyPolicy", ipFamilyPolicy, `${must} IP families are specified`);
}

/** Wants a family that the cluster doesn't have. */
function* clusterProblems(
  { ipFamilyPolicy, clusterIPs, ipFamilies }: Spec,
  families: readonly IpFamily[],
  facts: Facts,
): Iterable<FieldProblem> {
  if (ipFamilyPolicy === "RequireDualStack" && facts.ranges.length < 2)
    yield invalidField("spec.ipFamilyPolicy", ipFamilyPolicy, "this cluster is not configured for dual-stack services");
  for (const [i, family] of families.entries()) {
    if (rangeOf(facts, family) !== undefined) continue;
    const isNamed = i < (ipFamilies?.length ?? 0);
    yield isNamed
      ? invalidField(`spec.ipFamilies[${i}]`, family, "not configured on this cluster")
      : invalidField(`spec.clusterIPs[${i}]`, clusterIPs, `${family} is not configured on this cluster`);
  }
}

/** The families named, then those of further addresses. */
function familiesOf({ ipFamilies = [], clusterIPs = [] }: Spec): readonly IpFamily[] {
  const named = ipFamilies.filter((family) => family === "IPv4" || family === "IPv6");
  const further = clusterIPs.slice(named.length).flatMap((address) => parseIp(address)?.family ?? []);
  return [...named, ...further];
}

const otherThan = (family: IpFamily): IpFamily => (family === "IPv4" ? "IPv6" : "IPv4");
const isReduced = (next: readonly string[] = [], old: readonly string[] = []): boolean =>
  next.length === 1 && old.length === 2 && next[0] === old[0];
const sameTexts = (a: readonly string[] = [], b: readonly string[] = []): boolean =>
  a.length === b.length && a.every((text, i) => text === b[i]);
