import { readObject } from "#machinery/decode.ts";
import { applied } from "#machinery/fields/apply.ts";
import { documentTrouble } from "#machinery/fields/check.ts";
import { conflictCauses, conflictMessage } from "#machinery/fields/conflicts.ts";
import { noFields } from "#machinery/fields/field-set.ts";
import { kubectl, lastAppliedFields, withLastApplied } from "#machinery/fields/last-applied.ts";
import type { JsonObject } from "#machinery/json.ts";
import { apiVersionOf } from "#machinery/kind.ts";
import { applyConflict, badRequest, conflict, notFound, withoutReason } from "#machinery/status.ts";
import { presentObject } from "../answers/present.ts";
import { mayOrThrow } from "../authorization/permission.ts";
import { type Call, placeOf } from "../call.ts";
import type { Answer } from "../exchange.ts";
import { type ApiObject, named } from "../object.ts";
import { retryOrMake, type Saved, type StoredObject } from "../objects.ts";
import type { Expected } from "../requests/sent.ts";
import type { WriteOptions } from "../requests/write-options.ts";
import { createOnce } from "./create.ts";
import { entriesOf, entriesToApplyTo, ignoredFields, type Track, withEntries, writerOf } from "./managed-fields.ts";
import { checkName, replaceOnce } from "./replace.ts";

/** PATCH that says what its writer wants of an object, and makes it where there is none. Source: KEP-555. */
export async function apply(call: Call, document: JsonObject, options: WriteOptions): Promise<Answer> {
  checkDocument(call.spoken, document);
  const where = { kind: call.kind, place: placeOf(call) };
  const { status, saved } = await retryOrMake(call.env.store, where, async (stored) => {
    if (stored !== undefined) return answered(200, await change(call, stored, { document, options }));
    if (call.subresource !== undefined) throw notFound(call.kind, call.path.name);
    return answered(201, await make(call, { document, options }));
  });
  return presentObject(call, status, saved.bytes);
}

const answered = (status: number, saved: Saved | undefined) => saved && { status, saved };

/** Throws what Kubernetes answers to a document that can't be applied, whatever stands there. */
export function checkDocument(expected: Expected, document: JsonObject): void {
  if (document.apiVersion !== apiVersionOf(expected) || document.kind !== expected.kind)
    throw badRequest(`invalid object type: ${groupVersionKind(document)}`);
  const { metadata } = document;
  const { managedFields, namespace = "", name = "" }: JsonObject = Object(metadata);
  if (managedFields !== undefined && managedFields !== null) throw badRequest("metadata.managedFields must be nil");
  const trouble = documentTrouble(expected.type, document);
  if (trouble === undefined) return;
  const what = `${namespace}/${name}; ${groupVersionKind(document)}`;
  throw withoutReason(`failed to create typed patch object (${what}): ${trouble}`);
}

/** `apps/v1, Kind=Deployment`, and `/v1, Kind=Service`. */
function groupVersionKind({ apiVersion = "", kind = "" }: JsonObject): string {
  const version = String(apiVersion);
  return `${version.includes("/") ? version : `/${version}`}, Kind=${kind}`;
}

export interface Applying {
  readonly document: JsonObject;
  readonly options: WriteOptions;
}

export const change = (call: Call, stored: StoredObject, applying: Applying): Promise<Saved | undefined> =>
  replaceOnce(call, stored, {
    isDryRun: applying.options.isDryRun,
    build: (current) => wanted(call, current, applying),
    track: asApplied,
  });

async function make(call: Call, applying: Applying): Promise<Saved | undefined> {
  const { kind, path, env, identity } = call;
  const { namespace, name } = path;
  const attributes = { group: kind.group, resource: path.resource, subresource: "", namespace, name, verb: "create" };
  mayOrThrow(env, identity, { kind: "resource", ...attributes });
  const sent = wanted(call, undefined, applying);
  if (sent.metadata.uid !== undefined)
    throw conflict(
      kind,
      name,
      `uid mismatch: the provided object specified uid ${sent.metadata.uid}, and no existing object was found`,
    );
  checkName(call, sent);
  const own = kind.scope === "Cluster" ? sent : { ...sent, metadata: { ...sent.metadata, namespace } };
  return createOnce(call, own, { name, isDryRun: applying.options.isDryRun, track: asApplied });
}

const asApplied: Track = ({ sent }) => entriesOf(sent);

/** The object as the document wants it, with the entries that it then has. Throws a 409 where others want it otherwise. */
function wanted(call: Call, live: ApiObject | undefined, { document, options }: Applying): ApiObject {
  const { kind } = call;
  const writer = writerOf(call, options.manager);
  const isKubectl = options.manager === kubectl;
  const entries = live === undefined ? [] : entriesToApplyTo(call, live);
  const outcome = applied(
    kind,
    { live, entries },
    {
      writer,
      document,
      ignored: ignoredFields(call),
      isForced: options.isForced,
      yielding: isKubectl && live !== undefined ? lastAppliedFields(kind, writer.apiVersion, live) : noFields,
    },
  );
  if (outcome.kind === "conflicts")
    throw applyConflict(conflictMessage(outcome.conflicts), conflictCauses(outcome.conflicts));
  if (outcome.kind === "mismatch") throw withoutReason(outcome.message);
  const read = readObject(kind, isKubectl ? withLastApplied(outcome.object, document) : outcome.object);
  if (read.kind === "mismatch") throw withoutReason(read.message);
  return withEntries(named(kind, read.object), outcome.entries);
}
