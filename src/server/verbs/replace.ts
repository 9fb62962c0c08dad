import { isDeepStrictEqual } from "node:util";
import { type FieldProblem, forbiddenField, invalidField } from "#machinery/field-problem.ts";
import { badRequest, conflict, invalid } from "#machinery/status.ts";
import { updateProblemsOf } from "#machinery/validate.ts";
import { admit } from "../admission/admit.ts";
import { mutated } from "../admission/chain.ts";
import { type Call, placeOf } from "../call.ts";
import { type ApiObject, named, objectOf, withMetadata, withoutMetadata } from "../object.ts";
import {
  type Along,
  erase,
  rehearse,
  retryOnConflict,
  type Saved,
  type Saving,
  type StoredObject,
} from "../objects.ts";
import type { WriteOptions } from "../requests/write-options.ts";
import { hasStatus, isEmptied, strategyOf, wanted } from "../strategies/strategies.ts";
import { type Track, updating, withEntries, withTimesOf } from "./managed-fields.ts";
import { saveSettled } from "./settle.ts";

/** What an update makes of the object that stands there; asked again where somebody else's write came first. */
export type Build = (current: ApiObject) => ApiObject | Promise<ApiObject>;

/** How it is done. */
export interface Replacing {
  readonly isDryRun: boolean;
  readonly track: Track;
  readonly build: Build;
}

/**
 * Replaces the object of a call. Where what `build` gives names a resourceVersion, it must be the present one (409).
 * Throws what Kubernetes answers to an update that it doesn't take.
 */
export const replaceObject = (call: Call, { isDryRun, manager }: WriteOptions, build: Build): Promise<Saved> => {
  const replacing = { isDryRun, build, track: updating(call, manager) };
  const where = { kind: call.kind, place: placeOf(call) };
  return retryOnConflict(call.env.store, where, (stored) => replaceOnce(call, stored, replacing));
};

/** Gives undefined where somebody else's write came first. */
export async function replaceOnce(
  call: Call,
  stored: StoredObject,
  { isDryRun, build, track }: Replacing,
): Promise<Saved | undefined> {
  const { object: old } = stored;
  const sent = await build(old);
  checkIdentity(call, sent, old);
  const assembled = assemble(call, sent, old);
  const owned = withEntries(assembled, track({ sent, next: assembled, old }));
  const attempt = { call, operation: "update", name: old.metadata.name, old, isDryRun } as const;
  const saving = await admit(attempt, {
    next: await mutated(owned, attempt),
    problems: (next) => [...updateProblemsOf(call.kind, next, old), ...finalizerProblems(next, old)],
    write: (next, along) => put(call, { next, stored, isDryRun, along }),
  });
  return saving?.kind === "saved" ? saving.saved : undefined;
}

/** An object has the name and the namespace of its path. Throws a 400. */
export function checkName({ path }: Call, { metadata }: ApiObject): void {
  const { name = "", namespace = "" } = metadata;
  if (name === "")
    throw badRequest(`the name of the object (${path.name} based on URL) was undeterminable: name must be provided`);
  if (name !== path.name)
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${path.name})`);
  if (path.namespace !== "" && namespace !== "" && namespace !== path.namespace)
    throw badRequest(
      `the namespace of the object (${namespace}) does not match the namespace on the request (${path.namespace})`,
    );
}

/** The object sent must be the one that stands there, and the version of it that the client has seen. */
function checkIdentity(call: Call, object: ApiObject, { metadata: old }: ApiObject): void {
  checkName(call, object);
  const { kind } = call;
  const { metadata: sent } = object;
  if (sent.uid !== undefined && sent.uid !== old.uid)
    throw conflict(
      kind,
      old.name,
      `Precondition failed: UID in precondition: ${sent.uid}, UID in object meta: ${old.uid}`,
    );
  const { resourceVersion: version = "" } = sent;
  const isNamed = version !== "" && version !== "0";
  if (isNamed && version !== old.resourceVersion) throw conflict(kind, old.name);
  if (!isNamed && kind.updatesNameVersion) throw invalid({ ...kind, kind: kind.plural }, old.name, [unnamedVersion]);
}

const unnamedVersion = invalidField("metadata.resourceVersion", 0, "must be specified for an update");

/** What will stand there: what was sent, but for what the server alone decides. */
function assemble(call: Call, sent: ApiObject, old: ApiObject): ApiObject {
  const { kind, path } = call;
  const { deletionTimestamp, deletionGracePeriodSeconds, generation } = old.metadata;
  const bare = withoutMetadata(
    sent,
    "selfLink",
    "managedFields",
    "generation",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
  );
  const own = withMetadata(bare, {
    ...(kind.scope === "Namespaced" && { namespace: path.namespace }),
    uid: old.metadata.uid,
    creationTimestamp: sent.metadata.creationTimestamp ?? old.metadata.creationTimestamp,
    resourceVersion: old.metadata.resourceVersion ?? "",
    ...(generation !== undefined && { generation }),
    ...(deletionTimestamp !== undefined && { deletionTimestamp }),
    ...(deletionGracePeriodSeconds !== undefined && { deletionGracePeriodSeconds }),
  });
  const subresource = call.subresource?.name ?? "";
  const special = strategyOf(kind).subresources?.[subresource];
  if (special !== undefined) return special(withOwnersOf(own, old), old, call.env.now());
  switch (subresource) {
    case "status":
      return named(kind, kind.derive({ ...old, metadata: withOwnersOf(own, old).metadata, status: sent.status ?? {} }));
    case "finalize":
      return objectOf({ ...own, status: old.status });
    default:
      return assembleMain(call, own, old);
  }
}

function assembleMain({ kind }: Call, own: ApiObject, old: ApiObject): ApiObject {
  const withStatus = hasStatus(kind) ? objectOf({ ...own, status: old.status }) : own;
  const next = strategyOf(kind).prepareUpdate(named(kind, kind.derive(withStatus)), old);
  const isChanged = kind.countsGenerations && !isDeepStrictEqual(wanted(next), wanted(old));
  return isChanged ? withMetadata(next, { generation: (old.metadata.generation ?? 0) + 1 }) : next;
}

/** Who may write a status can't give the object to another owner with it. */
function withOwnersOf(object: ApiObject, old: ApiObject): ApiObject {
  const bare = withoutMetadata(object, "ownerReferences");
  const { ownerReferences } = old.metadata;
  return ownerReferences === undefined ? bare : withMetadata(bare, { ownerReferences });
}

function* finalizerProblems({ metadata: next }: ApiObject, { metadata: old }: ApiObject): Iterable<FieldProblem> {
  if (old.deletionTimestamp === undefined) return;
  const added = (next.finalizers ?? []).filter((one) => !(old.finalizers ?? []).includes(one));
  if (added.length === 0) return;
  const names = `[]string{${added.map((one) => JSON.stringify(one)).join(", ")}}`;
  const detail = `no new finalizers can be added if the object is being deleted, found new finalizers ${names}`;
  yield forbiddenField("metadata.finalizers", detail);
}

interface Putting {
  readonly next: ApiObject;
  readonly stored: StoredObject;
  readonly isDryRun: boolean;
  readonly along: Along;
}

async function put({ env }: Call, { next, stored, isDryRun, along }: Putting): Promise<Saving> {
  const { entry, object: old } = stored;
  const { key, modRevision } = entry;
  if (isFinished(next) && !isDryRun) {
    const erased = await erase(env.store, entry);
    if (erased === undefined) return { kind: "conflict", key };
    return { kind: "saved", saved: rehearse(next, erased.revision) };
  }
  if (isDeepStrictEqual(withTimesOf(next, old), old))
    return { kind: "saved", saved: { object: old, bytes: entry.value, revision: modRevision } };
  return saveSettled(env, { object: next, key, expect: modRevision, isDryRun, along });
}

/** It is being deleted, and nothing waits for anything any more. */
export const isFinished = (object: ApiObject): boolean =>
  object.metadata.deletionTimestamp !== undefined &&
  (object.metadata.deletionGracePeriodSeconds ?? 0) === 0 &&
  isEmptied(object);
