import { isDeepStrictEqual } from "node:util";
import { type Service, services } from "#api/core/service.ts";
import type { Identity } from "#core/access/identity.ts";
import { carryOver, pluralAddresses } from "#core/addresses/carry-over.ts";
import { isOf, named } from "../object.ts";
import type { Change, Strategy } from "./strategy.ts";

/** Addresses and ports that the server gave stay with a Service whose owner doesn't name them. */
export const serviceStrategy: Strategy = {
  prepareCreate: (object) => (isOf(services, object) ? named(services, pluralAddresses(object)) : object),
  prepareUpdate: (next, old) =>
    isOf(services, next) && isOf(services, old) ? named(services, carryOver(next, old)) : next,
  denial,
};

function denial({ identity, subresource, next, old }: Change): string | undefined {
  if (!isOf(services, next) || (old !== undefined && !isOf(services, old))) return undefined;
  if (subresource === "status") {
    const isMoved = !isDeepStrictEqual(next.status.loadBalancer, old?.status.loadBalancer);
    return isMoved && !placesAddresses(identity) ? "status.loadBalancer is the load balancer's to write" : undefined;
  }
  return addsExternalIps(next, old) && !isAdministrator(identity)
    ? "Use of external IPs is denied by admission control"
    : undefined;
}

/**
 * Whoever names an external address takes over the traffic that pods send to it, whosever it is (CVE-2020-8554).
 * Source: the admission plugin DenyServiceExternalIPs, which asks nobody who they are; here administrators may.
 */
function addsExternalIps({ spec: next }: Service, old: Service | undefined): boolean {
  const before = new Set(old?.spec.externalIPs);
  return (next.externalIPs ?? []).some((ip) => !before.has(ip));
}

const isAdministrator = ({ groups }: Identity): boolean => groups.includes("system:masters");

const controllers = new Set(["system:kube-controller-manager", "system:cloud-controller-manager"]);
/** The cluster's own load balancer, or somebody else's that runs as a service account and was given the right to. */
const placesAddresses = (identity: Identity): boolean =>
  isAdministrator(identity) || controllers.has(identity.user) || identity.groups.includes("system:serviceaccounts");
