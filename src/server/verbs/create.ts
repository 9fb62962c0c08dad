import { alreadyExists, badRequest, noUniqueName } from "#machinery/status.ts";
import { showTime } from "#machinery/time.ts";
import { problemsOf } from "#machinery/validate.ts";
import { admit, admitBeside } from "../admission.ts";
import { presentObject } from "../answers/present.ts";
import type { Call } from "../call.ts";
import type { Answer } from "../exchange.ts";
import { type Track, updating, withEntries } from "../managed-fields.ts";
import { generatedName } from "../names.ts";
import { admitNamespace } from "../namespace-lifecycle.ts";
import { type ApiObject, named, objectOf, withMetadata, withoutMetadata } from "../object.ts";
import { keyOf, type Saved } from "../objects.ts";
import { sentObject } from "../requests/sent.ts";
import { type WriteOptions, writeOptions } from "../requests/write-options.ts";
import { saveSettled, settle } from "../settle.ts";
import { hasStatus, strategyOf } from "../strategy.ts";

/** POST to a collection. */
export async function create(call: Call): Promise<Answer> {
  const options = writeOptions(call, "CreateOptions");
  const sent = withNamespace(call, await sentObject(call, options));
  if ((sent.metadata.resourceVersion ?? "") !== "")
    throw badRequest("resourceVersion should not be set on objects to be created");
  const saved = await createObject(call, sent, options);
  return presentObject(call, 201, saved.bytes);
}

/** How often another name is tried where a generated one is taken. Source: KEP-4420. */
const nameAttempts = 8;

async function createObject(call: Call, sent: ApiObject, { isDryRun, manager }: WriteOptions): Promise<Saved> {
  const { kind, env } = call;
  const track = updating(call, manager);
  const { generateName = "" } = sent.metadata;
  const isGenerated = (sent.metadata.name ?? "") === "" && generateName !== "";
  for (let attempt = 1; ; attempt++) {
    const name = isGenerated ? generatedName(generateName, env.chance) : (sent.metadata.name ?? "");
    const saved = await createOnce(call, sent, { name, isDryRun, track });
    if (saved !== undefined) return saved;
    if (!isGenerated) throw alreadyExists(kind, name);
    if (attempt === nameAttempts) throw noUniqueName(kind, name);
  }
}

/** How a new object is made. */
export interface Creating {
  readonly name: string;
  readonly isDryRun: boolean;
  readonly track: Track;
}

/** Gives undefined where there is such an object already. Throws a 403 or 422. */
export async function createOnce(
  call: Call,
  sent: ApiObject,
  { name, isDryRun, track }: Creating,
): Promise<Saved | undefined> {
  const { kind, env } = call;
  const { namespace } = call.path;
  await admitNamespace(env.store, kind, { namespace, name });
  const key = keyOf(kind, { namespace, name });
  const isFree = !isDryRun || (await env.store.get(key)) === undefined;
  const prepared = prepare(call, sent, { name, track });
  const completed = (await strategyOf(kind).completeCreate?.(prepared, env.store)) ?? prepared;
  await admitBeside(call, name, completed);
  const object = settle(env, completed, undefined);
  admit(call, { name, next: object, old: undefined, problems: problemsOf(kind, object) });
  if (!isFree) return undefined;
  const saving = await saveSettled(env, { object, key, expect: 0, isDryRun });
  return saving.kind === "saved" ? saving.saved : undefined;
}

/** With everything that the server adds to a new object. */
function prepare(
  { kind, env, identity }: Call,
  sent: ApiObject,
  { name, track }: Pick<Creating, "name" | "track">,
): ApiObject {
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
    ...(kind.countsGenerations && { generation: 1 }),
  });
  const defaulted = named(kind, kind.derive(object));
  const owned = withEntries(defaulted, track({ sent, next: defaulted, old: undefined }));
  const derived = strategyOf(kind).prepareCreate(owned, identity);
  if (!hasStatus(kind) || kind.initialStatus === undefined) return derived;
  return objectOf({ ...derived, status: kind.initialStatus(derived) });
}

/** The namespace of the path, which the object may leave out but must not contradict. */
function withNamespace({ path, kind }: Call, object: ApiObject): ApiObject {
  if (kind.scope === "Cluster") return object;
  const { namespace = "" } = object.metadata;
  if (namespace !== "" && namespace !== path.namespace)
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  return withMetadata(object, { namespace: path.namespace });
}
