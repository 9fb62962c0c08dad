import { alreadyExists, badRequest, noUniqueName } from "#machinery/status.ts";
import { showTime } from "#machinery/time.ts";
import { problemsOf } from "#machinery/validate.ts";
import { admit } from "../admission/admit.ts";
import { mutated } from "../admission/chain.ts";
import type { Attempt } from "../admission/plugin.ts";
import { presentObject } from "../answers/present.ts";
import type { Call } from "../call.ts";
import type { Answer } from "../exchange.ts";
import { type ApiObject, named, objectOf, withMetadata, withoutMetadata } from "../object.ts";
import { keyOf, type Saved } from "../objects.ts";
import { sentObject } from "../requests/sent.ts";
import { type WriteOptions, writeOptions } from "../requests/write-options.ts";
import { hasStatus, strategyOf } from "../strategies/strategies.ts";
import { type Track, updating, withEntries } from "./managed-fields.ts";
import { generatedName } from "./names.ts";
import { saveSettled } from "./settle.ts";

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
  const { kind, env, path } = call;
  const attempt: Attempt = { call, operation: "create", name, old: undefined, isDryRun };
  const prepared = prepare(call, await mutated(draft(call, sent, { name, track }), attempt));
  const key = keyOf(kind, { namespace: path.namespace, name });
  const isFree = !isDryRun || (await env.store.get(key)) === undefined;
  const saving = await admit(attempt, {
    next: prepared,
    problems: (next) => problemsOf(kind, next),
    write: async (object, along) =>
      isFree ? saveSettled(env, { object, key, expect: 0, isDryRun, along }) : undefined,
  });
  return saving?.kind === "saved" ? saving.saved : undefined;
}

/** With its metadata and its defaults. */
function draft({ kind, env }: Call, sent: ApiObject, { name, track }: Pick<Creating, "name" | "track">): ApiObject {
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
  return withEntries(defaulted, track({ sent, next: defaulted, old: undefined }));
}

/** With everything else that the server adds to a new object. */
function prepare({ kind, identity }: Call, drafted: ApiObject): ApiObject {
  const derived = strategyOf(kind).prepareCreate(drafted, identity);
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
