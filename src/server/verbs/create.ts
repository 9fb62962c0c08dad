import { type Service, services } from "#api/core/service.ts";
import { alreadyExists, badRequest, invalid } from "#machinery/status.ts";
import { problemsOf } from "#machinery/validate.ts";
import type { Call } from "../call.ts";
import type { Answer } from "../exchange.ts";
import { generatedName } from "../names.ts";
import { admitNamespace } from "../namespace-lifecycle.ts";
import { type ApiObject, isOf, named, objectOf, withMetadata, withoutMetadata } from "../object.ts";
import { keyOf, rehearse, type Saved, type Saving, save } from "../objects.ts";
import { presentObject } from "../present.ts";
import { sentObject } from "../sent.ts";
import { keepOrRelease } from "../service-addresses.ts";
import { countsGenerations, hasStatus, strategyOf } from "../strategy.ts";
import { showTime } from "../time.ts";
import { writeOptions } from "../write-options.ts";

/** POST to a collection. */
export async function create(call: Call): Promise<Answer> {
  const options = writeOptions(call.query, "CreateOptions");
  const sent = withNamespace(call, await sentObject(call, options));
  if ((sent.metadata.resourceVersion ?? "") !== "")
    throw badRequest("resourceVersion should not be set on objects to be created");
  const saved = await createObject(call, sent, options.isDryRun);
  return presentObject(call, 201, saved.bytes);
}

/** How often another name is tried where a generated one is taken. Source: KEP-4420. */
const nameAttempts = 8;

async function createObject(call: Call, sent: ApiObject, isDryRun: boolean): Promise<Saved> {
  const { kind, env } = call;
  const { generateName = "" } = sent.metadata;
  const isGenerated = (sent.metadata.name ?? "") === "" && generateName !== "";
  for (let attempt = 1; ; attempt++) {
    const name = isGenerated ? generatedName(generateName, env.chance) : (sent.metadata.name ?? "");
    const object = prepare(call, sent, name);
    await admitNamespace(env.store, kind, { namespace: call.path.namespace, name });
    const problems = problemsOf(kind, object);
    if (problems.length > 0) throw invalid(kind, name, problems);
    const saving = await place(call, object, isDryRun);
    if (saving.kind === "saved") return saving.saved;
    if (!isGenerated || attempt === nameAttempts) throw alreadyExists(kind, name);
  }
}

/** With everything that the server adds to a new object. */
function prepare({ kind, env }: Call, sent: ApiObject, name: string): ApiObject {
  const bare = withoutMetadata(
    sent,
    ...(name === "" ? (["name"] as const) : []),
    "resourceVersion",
    "generation",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "selfLink",
    "managedFields",
  );
  const object = withMetadata(bare, {
    ...(name !== "" && { name }),
    uid: env.chance.uuid(),
    creationTimestamp: showTime(env.now()),
    ...(countsGenerations(kind) && { generation: 1 }),
  });
  const derived = strategyOf(kind).prepareCreate(named(kind, kind.derive(object)));
  if (!hasStatus(kind) || kind.initialStatus === undefined) return derived;
  return objectOf({ ...derived, status: kind.initialStatus(derived) });
}

async function place(call: Call, object: ApiObject, isDryRun: boolean): Promise<Saving> {
  const { kind, env } = call;
  const key = keyOf(kind, { namespace: call.path.namespace, name: object.metadata.name });
  if (isOf(services, object)) return placeService(call, object, { key, isDryRun });
  if (!isDryRun) return save(env.store, key, object, 0);
  const current = await env.store.get(key);
  return current === undefined ? { kind: "saved", saved: rehearse(object, 0) } : { kind: "conflict", current };
}

async function placeService(
  { env }: Call,
  service: Service & ApiObject,
  { key, isDryRun }: { readonly key: string; readonly isDryRun: boolean },
): Promise<Saving> {
  const { store, serviceAddresses } = env;
  const current = await store.get(key);
  if (current !== undefined) return { kind: "conflict", current };
  if (isDryRun)
    return { kind: "saved", saved: rehearse(named(services, serviceAddresses.assign(service, undefined)), 0) };
  return keepOrRelease(serviceAddresses.reserve(key, service, undefined), (assigned) =>
    save(store, key, named(services, assigned), 0),
  );
}

/** The namespace of the path, which the object may leave out but must not contradict. */
function withNamespace({ path, kind }: Call, object: ApiObject): ApiObject {
  if (kind.scope === "Cluster") return object;
  if (path.namespace === "") throw badRequest("an empty namespace may not be set during creation");
  const { namespace = "" } = object.metadata;
  if (namespace !== "" && namespace !== path.namespace)
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  return withMetadata(object, { namespace: path.namespace });
}
