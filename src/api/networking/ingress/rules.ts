import { type FieldProblem, invalidField, requiredField, unsupportedField } from "#machinery/field-problem.ts";
import { ipProblems } from "#machinery/rules/addresses.ts";
import { isSame } from "#machinery/rules/differences.ts";
import { dnsSubdomainTrouble, wildcardDnsTrouble } from "#machinery/rules/names.ts";
import { parseIp } from "#net/ip.ts";
import type { ObjectMeta } from "../../meta/object-meta.ts";
import { backendProblems } from "./backend-rules.ts";
import type { HTTPIngressPath, IngressRule, IngressSpec, IngressStatus, IngressTLS } from "./spec.ts";

// Source: ValidateIngressSpec and its neighbours in pkg/apis/networking/validation/validation.go.

interface Subject {
  readonly metadata: ObjectMeta;
  readonly spec: IngressSpec;
}
type Problems = Iterable<FieldProblem>;

/** By what an Ingress said whose it is before it had `ingressClassName`; controllers still read it. */
export const ingressClassAnnotation = "kubernetes.io/ingress.class";

export function* ingressProblems({ spec }: Subject): Problems {
  const { rules = [], defaultBackend, tls = [], ingressClassName } = spec;
  if (rules.length === 0 && defaultBackend === undefined)
    yield invalidField("spec", null, "either `defaultBackend` or `rules` must be specified");
  if (defaultBackend !== undefined) yield* backendProblems("spec.defaultBackend", defaultBackend);
  for (const [i, rule] of rules.entries()) yield* ruleProblems(`spec.rules[${i}]`, rule);
  for (const [i, one] of tls.entries()) yield* tlsProblems(`spec.tls[${i}]`, one);
  if (ingressClassName !== undefined)
    for (const trouble of dnsSubdomainTrouble(ingressClassName))
      yield invalidField("spec.ingressClassName", ingressClassName, trouble);
}

/** Of a new Ingress alone: what older clients have stored stays changeable. The path lacks `metadata` there too. */
export function* classProblems({ metadata, spec: { ingressClassName } }: Subject): Problems {
  const annotated = metadata.annotations?.[ingressClassAnnotation];
  if (annotated !== undefined && ingressClassName !== undefined && annotated !== ingressClassName)
    yield invalidField(
      `annotations.${ingressClassAnnotation}`,
      annotated,
      "must match `ingressClassName` when both are specified",
    );
}

/** Source: ingressStrategy.WarningsOnCreate in pkg/registry/networking/ingress. */
export function* ingressWarnings({ metadata, spec }: Subject, old: Subject | undefined): Iterable<string> {
  if (old !== undefined || spec.ingressClassName !== undefined) return;
  if (metadata.annotations?.[ingressClassAnnotation] !== undefined)
    yield `annotation "${ingressClassAnnotation}" is deprecated, please use 'spec.ingressClassName' instead`;
}

function* ruleProblems(path: string, { host = "", http }: IngressRule): Problems {
  if (parseIp(host) !== undefined) yield invalidField(`${path}.host`, host, notAnAddress);
  if (host !== "") yield* hostProblems(`${path}.host`, host);
  if (http === undefined) return;
  if (http.paths.length === 0) yield requiredField(`${path}.http.paths`);
  for (const [i, one] of http.paths.entries()) yield* pathProblems(`${path}.http.paths[${i}]`, one);
}
const notAnAddress = "must be a DNS name, not an IP address";

function* hostProblems(path: string, host: string): Problems {
  const troubles = host.includes("*") ? wildcardDnsTrouble(host) : dnsSubdomainTrouble(host);
  for (const trouble of troubles) yield invalidField(path, host, trouble);
}

const refusedParts = ["//", "/./", "/../", "%2f", "%2F"];
const refusedEnds = ["/..", "/."];

function* pathProblems(at: string, { path = "", pathType, backend }: HTTPIngressPath): Problems {
  if (pathType === "") {
    yield requiredField(`${at}.pathType`, "pathType must be specified");
    return;
  }
  const problem = (detail: string) => invalidField(`${at}.path`, path, detail);
  const isStrict = pathType === "Exact" || pathType === "Prefix";
  if (isStrict || pathType === "ImplementationSpecific") {
    if (!path.startsWith("/") && (isStrict || path !== "")) yield problem("must be an absolute path");
  } else yield unsupportedField(`${at}.pathType`, pathType, ["Exact", "ImplementationSpecific", "Prefix"]);
  if (isStrict) {
    for (const part of refusedParts) if (path.includes(part)) yield problem(`must not contain '${part}'`);
    for (const end of refusedEnds) if (path.endsWith(end)) yield problem(`cannot end with '${end}'`);
  }
  yield* backendProblems(`${at}.backend`, backend);
}

function* tlsProblems(path: string, { hosts = [], secretName }: IngressTLS): Problems {
  for (const [i, host] of hosts.entries()) yield* hostProblems(`${path}.hosts[${i}]`, host);
  if (secretName !== undefined)
    for (const trouble of dnsSubdomainTrouble(secretName))
      yield invalidField(`${path}.secretName`, secretName, trouble);
}

interface WithStatus {
  readonly status: IngressStatus;
}

/** Source: ValidateIngressLoadBalancerStatus. */
export function* ingressStatusProblems({ status }: WithStatus, { status: old }: WithStatus): Problems {
  if (isSame(status, old)) return;
  for (const [i, { ip, hostname }] of (status.loadBalancer.ingress ?? []).entries()) {
    const path = `status.loadBalancer.ingress[${i}]`;
    if (ip !== undefined) yield* ipProblems(`${path}.ip`, ip);
    if (hostname === undefined) continue;
    for (const trouble of dnsSubdomainTrouble(hostname)) yield invalidField(`${path}.hostname`, hostname, trouble);
    if (parseIp(hostname) !== undefined) yield invalidField(`${path}.hostname`, hostname, notAnAddress);
  }
}
