import { persistentVolumeClaims } from "#api/core/persistent-volume-claim.ts";
import { pods } from "#api/core/pod.ts";
import { resourceQuotas } from "#api/core/resource-quota.ts";
import { services } from "#api/core/service.ts";
import { bounds, type Costly, chargeFor } from "#core/admission/quota.ts";
import type { Counted } from "#core/admission/quota-usage.ts";
import type { AnyKind } from "#machinery/kind.ts";
import { conflict, forbidden, modifiedMeanwhile } from "#machinery/status.ts";
import { type ApiObject, isOf, named, serialize } from "../object.ts";
import { type Along, prefixOf, type Saving, storedObject } from "../objects.ts";
import type { AdmissionPlugin, Attempt, WriteAlong } from "./plugin.ts";

/**
 * What a namespace uses stays within its quotas: a write and its price are one write of the store, so that neither a crash nor another server
 * comes between. What is given back by deletions, a controller counts.
 */
export const resourceQuota: AdmissionPlugin = {
  name: "ResourceQuota",
  at: "everywhere",
  charge: (next, attempt) => {
    const { call, operation, old } = attempt;
    const { kind, env, path, subresource } = call;
    if (subresource !== undefined || kind.scope === "Cluster") return undefined;
    if (operation === "update" && !changesPrice(kind)) return undefined;
    if (!env.resourceQuotas.in(path.namespace).some((quota) => bounds(quota, kind))) return undefined;
    const write = { kind, next: countedOf(kind, next), old: old && countedOf(kind, old) };
    return (save) => env.quotaTurns.take(path.namespace, () => charged(attempt, write, save));
  },
};

/** Of other kinds an object costs what it costs, whatever becomes of it. */
const changesPrice = (kind: AnyKind): boolean => kind === services || kind === persistentVolumeClaims;

function countedOf(kind: AnyKind, object: ApiObject): Counted {
  if (isOf(pods, object)) return { kind: "pod", pod: object };
  if (isOf(services, object)) return { kind: "service", service: object };
  if (isOf(persistentVolumeClaims, object)) return { kind: "claim", claim: object };
  return { kind: "other", of: kind };
}

/** How often other servers may be faster. */
const mostAttempts = 100;

async function charged(attempt: Attempt, write: Costly, save: WriteAlong): Promise<Saving | undefined> {
  const { kind } = attempt.call;
  for (let tried = 0; tried < mostAttempts; tried++) {
    const along = await priceOf(attempt, write);
    const saving = await save(along);
    const isOutpaid = saving?.kind === "conflict" && along.some(({ key }) => key === saving.key);
    if (!isOutpaid) return saving;
  }
  throw conflict(kind, attempt.name, modifiedMeanwhile);
}

/** The quotas as they are after the write. Throws a 403. */
async function priceOf({ call: { env, kind, path }, name }: Attempt, write: Costly): Promise<Along> {
  const { entries } = await env.store.range(prefixOf(resourceQuotas, path.namespace));
  const stored = entries.flatMap((entry) => {
    const { object } = storedObject(entry);
    return isOf(resourceQuotas, object) ? [{ ...object, entry }] : [];
  });
  const charge = chargeFor(stored, write);
  if (charge.kind === "refused") throw forbidden(kind, name, charge.because);
  return charge.quotas.map(({ entry, ...quota }) => {
    const text = serialize(named(resourceQuotas, quota));
    return { key: entry.key, value: text.at, expect: entry.modRevision };
  });
}
