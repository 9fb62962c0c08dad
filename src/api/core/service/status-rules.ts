import {
  type FieldProblem,
  forbiddenField,
  invalidField,
  requiredField,
  unsupportedField,
} from "#machinery/field-problem.ts";
import { ipProblems } from "#machinery/rules/addresses.ts";
import { isSame } from "#machinery/rules/differences.ts";
import { dnsSubdomainTrouble } from "#machinery/rules/names.ts";
import { parseIp } from "#net/ip.ts";
import type { LoadBalancerIngress, ServiceSpec, ServiceStatus } from "./spec.ts";

interface Subject {
  readonly spec: ServiceSpec;
  readonly status: ServiceStatus;
}
type Problems = Iterable<FieldProblem>;

const path = "status.loadBalancer.ingress";

/** Source: ValidateLoadBalancerStatus in pkg/apis/core/validation/validation.go; KEP-1860 for ipMode. */
export function* balancerStatusProblems(next: Subject, old: Subject): Problems {
  const { ingress = [] } = next.status.loadBalancer;
  if (ingress.length === 0 || isSame(next.status.loadBalancer, old.status.loadBalancer)) return;
  if (next.spec.type === "LoadBalancer")
    for (const [i, one] of ingress.entries()) yield* ingressProblems(`${path}[${i}]`, one);
  else yield forbiddenField(path, "may only be used when `spec.type` is 'LoadBalancer'");
}

const modes: readonly string[] = ["Proxy", "VIP"];

function* ingressProblems(at: string, { ip, hostname, ipMode }: LoadBalancerIngress): Problems {
  if (ip !== undefined) yield* ipProblems(`${at}.ip`, ip);
  if (ipMode === undefined) {
    if (ip !== undefined) yield requiredField(`${at}.ipMode`, "must be specified when `ip` is set");
  } else if (ip === undefined) yield forbiddenField(`${at}.ipMode`, "may not be specified when `ip` is not set");
  else if (!modes.includes(ipMode)) yield unsupportedField(`${at}.ipMode`, ipMode, modes);
  if (hostname === undefined) return;
  for (const trouble of dnsSubdomainTrouble(hostname)) yield invalidField(`${at}.hostname`, hostname, trouble);
  if (parseIp(hostname) !== undefined)
    yield invalidField(`${at}.hostname`, hostname, "must be a DNS name, not an IP address");
}
