import type { AnyKind, Subresource } from "#machinery/kind.ts";
import { forbidden } from "#machinery/status.ts";
import type { Call } from "../call.ts";
import type { ApiObject } from "../object.ts";
import { certificateApproval } from "./certificate-approval.ts";
import { certificateSigning } from "./certificate-signing.ts";
import { certificateSubjectRestriction } from "./certificate-subject-restriction.ts";
import { defaultIngressClass } from "./default-ingress-class.ts";
import { defaultStorageClass } from "./default-storage-class.ts";
import { defaultTolerationSeconds } from "./default-toleration-seconds.ts";
import { denyServiceExternalIps } from "./deny-service-external-ips.ts";
import { limitRanger } from "./limit-ranger.ts";
import { loadBalancerStatus } from "./load-balancer-status.ts";
import { namespaceLifecycle } from "./namespace-lifecycle.ts";
import { nodeRestriction } from "./node-restriction.ts";
import { persistentVolumeClaimResize } from "./persistent-volume-claim-resize.ts";
import type { AdmissionPlugin, Attempt, Charge, Denial } from "./plugin.ts";
import { podSecurity } from "./pod-security.ts";
import { priority } from "./priority.ts";
import { resourceQuota } from "./resource-quota.ts";
import { roleEscalation } from "./role-escalation.ts";
import { runtimeClass } from "./runtime-class.ts";
import { serviceAccount } from "./service-accounts.ts";
import { shareReach } from "./share-reach.ts";

/** In the order in which they are asked. Source: AllOrderedPlugins in pkg/kubeapiserver/options/plugins.go. */
const plugins: readonly AdmissionPlugin[] = [
  namespaceLifecycle,
  limitRanger,
  serviceAccount,
  nodeRestriction,
  podSecurity,
  priority,
  defaultTolerationSeconds,
  defaultStorageClass,
  persistentVolumeClaimResize,
  runtimeClass,
  certificateApproval,
  certificateSigning,
  certificateSubjectRestriction,
  defaultIngressClass,
  denyServiceExternalIps,
  loadBalancerStatus,
  shareReach,
  resourceQuota,
  roleEscalation,
];

/** What a write passes whose kind may concern nobody: found by its name, and not by asking each plugin. */
interface Chain {
  readonly mutating: readonly NonNullable<AdmissionPlugin["mutate"]>[];
  readonly denying: readonly NonNullable<AdmissionPlugin["denial"]>[];
  readonly charging: readonly NonNullable<AdmissionPlugin["charge"]>[];
  readonly guarding: readonly NonNullable<AdmissionPlugin["deletionDenial"]>[];
}
const chains = new WeakMap<AnyKind, Map<Subresource | undefined, Chain>>();

function chainOf({ kind, subresource }: Call): Chain {
  const ofKind = chains.get(kind) ?? new Map<Subresource | undefined, Chain>();
  const known = ofKind.get(subresource);
  if (known !== undefined) return known;
  const chain = chainAt(kind, subresource);
  chains.set(kind, ofKind.set(subresource, chain));
  return chain;
}

function chainAt({ group, plural }: AnyKind, subresource: Subresource | undefined): Chain {
  const resource = `${group}/${plural}`;
  const place = subresource === undefined ? resource : `${resource}/${subresource.name}`;
  const asked = plugins.filter(({ at }) => at === "everywhere" || at.includes(place) || at.includes(`${resource}/*`));
  return {
    mutating: asked.flatMap(({ mutate = [] }) => mutate),
    denying: asked.flatMap(({ denial = [] }) => denial),
    charging: asked.flatMap(({ charge = [] }) => charge),
    guarding: asked.flatMap(({ deletionDenial = [] }) => deletionDenial),
  };
}

/** With what the plugins add. Throws what they do. */
export async function mutated(next: ApiObject, attempt: Attempt): Promise<ApiObject> {
  let object = next;
  for (const mutate of chainOf(attempt.call).mutating) {
    const given = mutate(object, attempt);
    object = given instanceof Promise ? await given : given;
  }
  return object;
}

/** Throws a 403 where a plugin denies it. Gives a promise only where one has to wait for its answer: other writes go on in their turn. */
export function judge(next: ApiObject, attempt: Attempt): Promise<void> | undefined {
  const { denying } = chainOf(attempt.call);
  for (const [i, denial] of denying.entries()) {
    const denied = denial(next, attempt);
    if (denied instanceof Promise) return judgeOn(next, attempt, [() => denied, ...denying.slice(i + 1)]);
    mustPass(attempt, denied);
  }
  return undefined;
}

async function judgeOn(next: ApiObject, attempt: Attempt, denying: Chain["denying"]): Promise<void> {
  for (const denial of denying) mustPass(attempt, await denial(next, attempt));
}

/** How an object is to be written that costs something; undefined: it costs nothing. */
export function chargeOf(next: ApiObject, attempt: Attempt): Charge | undefined {
  for (const charge of chainOf(attempt.call).charging) {
    const charged = charge(next, attempt);
    if (charged !== undefined) return charged;
  }
  return undefined;
}

/** Throws a 403. */
export function judgeDeletion(old: ApiObject, attempt: Attempt): void {
  for (const denial of chainOf(attempt.call).guarding) mustPass(attempt, denial(old, attempt));
}

function mustPass({ call: { kind }, name }: Attempt, denied: Denial): void {
  if (denied !== undefined) throw forbidden(kind, name, denied);
}
