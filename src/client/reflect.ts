/** Follows one collection of the API server: list, then watch from there, for ever. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Backoff, backoffSeconds } from "./backoff.ts";
import {
  type ApiObject,
  type Page,
  type ResourceClient,
  refusedFor,
  type Selection,
  type WatchEvent,
} from "./resource.ts";

/** Who is told what the server holds. */
export interface Sink<O> {
  /** All that there was at that resourceVersion, after a first list or after history was lost. */
  readonly replace: (objects: readonly O[], resourceVersion: string) => void;
  readonly put: (object: O) => void;
  readonly remove: (object: O) => void;
  /** Everything up to that resourceVersion has been told. */
  readonly progress: (resourceVersion: string) => void;
  /** The connection failed or was refused; it is tried again. */
  readonly failed: (fault: unknown) => void;
}

export interface Followed extends Selection {
  readonly namespace: string;
}

/** As client-go's reflector: a page holds 500 objects, a watch is renewed after 5 to 10 minutes. */
const pageSize = 500;
const watchSeconds = 300;
/** A watch that ends sooner than this counts as a failure, or a server that cuts at once would be asked without pause. */
const briefMs = 1000;

/**
 * Never polls: a cut watch goes on after the last change seen, and only where the server has forgotten that (410) is everything
 * listed again. Returns when `signal` is aborted.
 */
export async function reflect<O extends ApiObject>(
  client: Pick<ResourceClient<O, never>, "list" | "watch">,
  followed: Followed,
  { sink, signal, backoff }: { readonly sink: Sink<O>; readonly signal: AbortSignal; readonly backoff: Backoff },
): Promise<void> {
  let seen: string | undefined;
  let failures = 0;
  while (!signal.aborted) {
    const begun = performance.now();
    let heard = false;
    try {
      if (seen === undefined) seen = await listInto(client, followed, sink);
      const timeoutSeconds = Math.floor(watchSeconds * (1 + backoff.random()));
      const { namespace, ...selection } = followed;
      for await (const event of client.watch(namespace, {
        ...selection,
        resourceVersion: seen,
        timeoutSeconds,
        signal,
      })) {
        heard = true;
        seen = deliver(event, sink);
      }
    } catch (fault) {
      if (signal.aborted) return;
      if (refusedFor(fault, "Expired", "Gone")) seen = undefined;
      else sink.failed(fault);
    }
    if (performance.now() - begun > briefMs) failures = 0;
    else failures = heard ? 1 : failures + 1;
    if (failures > 0) await pause(backoffSeconds(backoff, failures), signal);
  }
}

function deliver<O extends ApiObject>(event: WatchEvent<O>, sink: Sink<O>): string {
  if (event.type === "DELETED") sink.remove(event.object);
  else if (event.type !== "BOOKMARK") sink.put(event.object);
  const seen = event.type === "BOOKMARK" ? event.resourceVersion : event.object.metadata.resourceVersion;
  sink.progress(seen);
  return seen;
}

/** Returns the resourceVersion that the list shows. A list whose pages expire on the way is asked for again in one piece. */
async function listInto<O extends ApiObject>(
  client: Pick<ResourceClient<O, never>, "list">,
  { namespace, ...selection }: Followed,
  sink: Sink<O>,
): Promise<string> {
  const objects: O[] = [];
  let page: Page<O> = await client.list(namespace, { ...selection, limit: pageSize });
  objects.push(...page.items);
  while (page.next !== "") {
    try {
      page = await client.list(namespace, { ...selection, limit: pageSize, continue: page.next });
    } catch (fault) {
      if (!refusedFor(fault, "Expired", "Gone")) throw fault;
      objects.length = 0;
      page = await client.list(namespace, selection);
    }
    objects.push(...page.items);
  }
  sink.replace(objects, page.resourceVersion);
  return page.resourceVersion;
}

/** Also over as soon as `signal` is aborted. */
const pause = (seconds: number, signal: AbortSignal): Promise<void> =>
  sleep(seconds * 1000, undefined, { signal, ref: false }).catch(() => undefined);
