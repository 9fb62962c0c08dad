import { type Service, services } from "#api/core/service.ts";
import { isAdministrator } from "#core/access/identity.ts";
import { isOf } from "../object.ts";
import type { AdmissionPlugin } from "./plugin.ts";

/**
 * Whoever names an external address takes over the traffic that pods send to it, whosever it is (CVE-2020-8554).
 * Kubernetes' plugin asks nobody who they are; here administrators may.
 */
export const denyServiceExternalIps: AdmissionPlugin = {
  name: "DenyServiceExternalIPs",
  at: ["/services"],
  denial: (next, { old, call: { identity } }) =>
    isOf(services, next) && addsExternalIps(next, old) && !isAdministrator(identity)
      ? "Use of external IPs is denied by admission control"
      : undefined,
};

function addsExternalIps({ spec: next }: Service, old: unknown): boolean {
  const before = new Set(isOf(services, old) ? old.spec.externalIPs : []);
  return (next.externalIPs ?? []).some((ip) => !before.has(ip));
}
