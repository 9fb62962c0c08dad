import { isDeepStrictEqual } from "node:util";
import { type Namespace, namespaces } from "#api/core/namespace.ts";
import { type Pod, pods } from "#api/core/pod.ts";
import { existingPodWarnings, isTightened } from "#core/admission/pod-security/existing-pods.ts";
import { policyOf, policyProblems } from "#core/admission/pod-security/policy.ts";
import { showBar, violated } from "#core/admission/pod-security/standard.ts";
import { invalid } from "#machinery/status.ts";
import { isOf, parseStored } from "../object.ts";
import { prefixOf } from "../objects.ts";
import type { AdmissionPlugin, Attempt, Denial } from "./plugin.ts";
import { templateOf, templatePlaces } from "./pod-templates.ts";

/**
 * Pods do no more to their node than the labels of their namespace let them (`pod-security.kubernetes.io/enforce`); whoever makes a workload is
 * warned that its pods won't be let. No namespace, user or runtime is exempt. The audit log is told by which level a pod was judged, and what
 * breaks the level of `audit`. Source: KEP-2579; EvaluatePod in k8s.io/pod-security-admission/admission.
 */
export const podSecurity: AdmissionPlugin = {
  name: "PodSecurity",
  at: ["/namespaces", "/pods", ...templatePlaces],
  denial: (next, attempt) => {
    if (isOf(namespaces, next)) return namespaceDenial(next, attempt);
    const policy = attempt.call.env.podSecurity.of(attempt.call.path.namespace);
    if (policy === undefined) return undefined;
    const subject = isOf(pods, next) ? next : templateOf(next);
    if (subject === undefined || (isOf(pods, next) && !isSignificant(next, attempt))) return undefined;
    const { warn, annotate } = attempt.call;
    if (isOf(pods, next)) annotate("pod-security.kubernetes.io/enforce-policy", showBar(policy.enforce));
    const audited = violated(subject, policy.audit);
    if (audited !== undefined) annotate("pod-security.kubernetes.io/audit-violations", `would violate ${audited}`);
    const refused = isOf(pods, next) ? violated(next, policy.enforce) : undefined;
    if (refused !== undefined) return `violates ${refused}`;
    const warned = violated(subject, policy.warn);
    if (warned !== undefined) warn(`would violate ${warned}`);
    return undefined;
  },
};

/** Only images and containers that are added can change what a pod that stands does. Source: isSignificantPodUpdate. */
function isSignificant({ spec }: Pod, { old }: Attempt): boolean {
  if (!isOf(pods, old)) return true;
  return !isDeepStrictEqual(imagesOf(spec), imagesOf(old.spec));
}

const imagesOf = ({ containers, initContainers = [], ephemeralContainers = [] }: Pod["spec"]) =>
  [containers, initContainers, ephemeralContainers].map((all) => all.map(({ name, image }) => [name, image]));

/** Throws a 422 for labels that say nothing, unless they did before. */
function namespaceDenial(next: Namespace, { call, old }: Attempt): Denial | Promise<Denial> {
  const { kind } = call;
  const before = isOf(namespaces, old) ? old.metadata.labels : undefined;
  const problems = [...policyProblems(next.metadata.labels)];
  const isNews = !isDeepStrictEqual(problems, [...policyProblems(before)]);
  if (problems.length > 0 && isNews) throw invalid(kind, next.metadata.name, problems);
  const policy = policyOf(next.metadata.labels);
  if (old === undefined || !isTightened(policy, policyOf(before))) return undefined;
  return warnOfPods(next.metadata.name, call, policy.enforce);
}

/** So many pods are looked at. Source: defaultNamespaceMaxPodsToCheck. */
const mostPods = 3000;

async function warnOfPods(
  namespace: string,
  { env, warn }: Attempt["call"],
  bar: Parameters<typeof existingPodWarnings>[1],
): Promise<undefined> {
  const { entries, remaining } = await env.store.range(prefixOf(pods, namespace), { limit: mostPods });
  if (remaining > 0)
    warn(
      `new PodSecurity enforce level only checked against the first ${entries.length} of ${entries.length + remaining} existing pods`,
    );
  const found = entries.map(({ value }) => parseStored(value)).filter((one) => isOf(pods, one));
  for (const warning of existingPodWarnings(namespace, bar, found)) warn(warning);
}
