/** core/v1 Events: what `kubectl describe` and `kubectl get events` tell about an object. */

import type { Event } from "#api/core/event.ts";
import { events } from "#api/core/event.ts";
import type { ObjectReference } from "#api/core/references.ts";
import { apiVersionOf, type Kind } from "#machinery/kind.ts";
import type { AnyType } from "#machinery/schema.ts";
import { StatusError } from "#machinery/status.ts";
import { showTime } from "#machinery/time.ts";
import { type ApiObject, type ResourceClient, refusedFor, resourceClient } from "./resource.ts";
import { type Transport, Unreachable } from "./transport.ts";
import { AnswerUnreadable } from "./wire.ts";

export interface EventRecorder {
  /** Returns at once; what the server doesn't take, or is too slow to take, is dropped: an event is a remark and no fact. */
  readonly record: (about: ObjectReference, type: "Normal" | "Warning", what: Remark) => void;
  /** Resolves when everything recorded so far is written or dropped. */
  readonly flushed: () => Promise<void>;
}
export interface Remark {
  /** One word in CamelCase. */
  readonly reason: string;
  readonly message: string;
  /**
   * Letters and digits that stand for what is said: nobody says it again while that Event is there, also not another process or a later run.
   * Absent: saying it again counts.
   */
  readonly once?: string;
}

export interface RecorderOptions {
  /** Who tells: "deployment-controller". */
  readonly component: string;
  /** The node that it happened on. */
  readonly host?: string;
  /** Milliseconds since 1970; the machine's clock where absent. */
  readonly now?: () => number;
}

/** What an Event is about. `fieldPath` as in `spec.containers{web}`. */
export function referenceTo<T extends AnyType, O extends ApiObject>(
  kind: Kind<T, O>,
  { metadata }: ApiObject,
  fieldPath?: string,
): ObjectReference {
  return {
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    ...(kind.scope === "Namespaced" && { namespace: metadata.namespace }),
    name: metadata.name,
    uid: metadata.uid,
    resourceVersion: metadata.resourceVersion,
    ...(fieldPath !== undefined && { fieldPath }),
  };
}

// Source of the numbers: client-go's event correlator. The same remark again within 10 minutes only counts up; from the tenth
// different message of one reason on they count as one; and one object may be talked about 25 times, then once in 5 minutes.
const memoryMs = 600_000;
const similarMost = 10;
const burst = 25;
const refillMs = 300_000;
const remembered = 4096;
/** So many remarks wait for a server that is slow or away; those that come then are dropped. As client-go's broadcaster. */
const waitingMost = 1000;
const combinedPrefix = "(combined from similar events): ";

interface Known {
  readonly name: string;
  readonly firstTimestamp: string;
  count: number;
  lastMs: number;
}

export function eventRecorder(transport: Transport, options: RecorderOptions): EventRecorder {
  const client = resourceClient(transport, events);
  const { component, host, now = Date.now } = options;
  const source = { component, ...(host !== undefined && { host }) };
  const known = new Map<string, Known>();
  const similar = new Map<string, { readonly messages: Set<string>; lastMs: number }>();
  const allowance = new Map<string, { tokens: number; atMs: number }>();
  let written: Promise<void> = Promise.resolve();
  let waiting = 0;
  let lastMs = 0;

  const write = async (about: ObjectReference, type: string, { reason, message, once }: Remark): Promise<void> => {
    const at = now();
    const object = [about.kind, about.namespace, about.name, about.uid, about.fieldPath].join("\0");
    if (!allowed(allowance, object, at)) return;
    const told = combine(similar, { key: [object, type, reason].join("\0"), message, at });
    const key = [object, type, reason, told === message ? message : combinedPrefix].join("\0");
    const before = known.get(key);
    const again = before !== undefined && at - before.lastMs < memoryMs ? before : undefined;
    const namespace = about.namespace === undefined || about.namespace === "" ? "default" : about.namespace;
    if (again !== undefined && (await countUp(client, namespace, { known: again, at, message: told }))) return;
    lastMs = Math.max(lastMs + 1 / 1024, at); // names must differ also within a millisecond
    const timestamp = showTime(at);
    const name = `${about.name ?? ""}.${once ?? BigInt(Math.round(lastMs * 1024) * 976).toString(16)}`;
    await client.create(namespace, {
      metadata: { name, namespace },
      involvedObject: about,
      type,
      reason,
      message: told,
      source,
      firstTimestamp: timestamp,
      lastTimestamp: timestamp,
      count: 1,
      reportingComponent: component,
      reportingInstance: host ?? "",
    });
    known.set(key, { name, firstTimestamp: timestamp, count: 1, lastMs: at });
    forget(known);
  };
  return {
    record(about, type, what) {
      if (waiting >= waitingMost) return;
      waiting++;
      written = written
        .then(() => write(about, type, what))
        .catch(dropUnwritten)
        .then(() => void waiting--);
    },
    flushed: () => written,
  };
}

function dropUnwritten(fault: unknown): void {
  const isServers = fault instanceof StatusError || fault instanceof Unreachable || fault instanceof AnswerUnreadable;
  if (!isServers) throw fault;
}

/** False where the server no longer has it. */
async function countUp(
  client: Pick<ResourceClient<Event, never>, "patch">,
  namespace: string,
  { known, at, message }: { readonly known: Known; readonly at: number; readonly message: string },
): Promise<boolean> {
  try {
    const body = { count: known.count + 1, lastTimestamp: showTime(at), message };
    await client.patch(namespace, known.name, { type: "merge", body });
  } catch (fault) {
    if (refusedFor(fault, "NotFound")) return false;
    throw fault;
  }
  known.count++;
  known.lastMs = at;
  return true;
}

function allowed(allowance: Map<string, { tokens: number; atMs: number }>, object: string, at: number): boolean {
  const left = allowance.get(object) ?? { tokens: burst, atMs: at };
  left.tokens = Math.min(burst, left.tokens + (at - left.atMs) / refillMs);
  left.atMs = at;
  allowance.set(object, left);
  forget(allowance);
  if (left.tokens < 1) return false;
  left.tokens--;
  return true;
}

function combine(
  similar: Map<string, { readonly messages: Set<string>; lastMs: number }>,
  { key, message, at }: { readonly key: string; readonly message: string; readonly at: number },
): string {
  const before = similar.get(key);
  const group =
    before !== undefined && at - before.lastMs < memoryMs ? before : { messages: new Set<string>(), lastMs: at };
  group.lastMs = at;
  if (group.messages.size < similarMost) group.messages.add(message);
  similar.set(key, group);
  forget(similar);
  return group.messages.has(message) ? message : `${combinedPrefix}${message}`;
}

/** The oldest goes first: a map keeps the order in which keys came. */
function forget(map: Map<string, unknown>): void {
  const oldest = map.keys().next();
  if (map.size > remembered && oldest.done !== true) map.delete(oldest.value);
}
