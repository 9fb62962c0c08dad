import { isDeepStrictEqual } from "node:util";
import { controllerManagerUser, serviceAccountsGroup } from "#api/authentication/subjects.ts";
import { services } from "#api/core/service.ts";
import { type Identity, isAdministrator } from "#core/access/identity.ts";
import { isOf } from "../object.ts";
import type { AdmissionPlugin } from "./plugin.ts";

/** Where a load balancer answers draws traffic too, so only load balancers say it. Kubernetes has no such plugin: it leaves it to who may write a status. */
export const loadBalancerStatus: AdmissionPlugin = {
  name: "LoadBalancerStatus",
  at: ["/services/status"],
  denial: (next, { old, call: { identity } }) => {
    if (!isOf(services, next) || !isOf(services, old)) return undefined;
    const isMoved = !isDeepStrictEqual(next.status.loadBalancer, old.status.loadBalancer);
    return isMoved && !placesAddresses(identity) ? "status.loadBalancer is the load balancer's to write" : undefined;
  },
};

const controllers = new Set([controllerManagerUser, "system:cloud-controller-manager"]);
/** The cluster's own load balancer, or somebody else's that runs as a service account and was given the right to. */
const placesAddresses = (identity: Identity): boolean =>
  isAdministrator(identity) || controllers.has(identity.user) || identity.groups.includes(serviceAccountsGroup);
