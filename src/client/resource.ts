import type { Kind } from "#machinery/kind.ts";
import type { AnyType, Draft } from "#machinery/schema.ts";
import { StatusError } from "#machinery/status.ts";
import { pathOf, queryOf } from "./path.ts";
import type { ApiAnswer, ApiRequest, Transport } from "./transport.ts";
import {
  type ApiObject,
  isStatus,
  type Page,
  parseJson,
  readAs,
  readPage,
  readStatus,
  readWatchEvent,
  type WatchEvent,
  writeAs,
} from "./wire.ts";

export type { ApiObject, Page, WatchEvent } from "./wire.ts";

/**
 * Requests of one kind. Every method throws `StatusError` with what the server answered, `Unreachable` where none did. The
 * namespace of a cluster-wide kind is "".
 */
export interface ResourceClient<O extends ApiObject, D = O> {
  readonly get: (namespace: string, name: string) => Promise<O>;
  /** All namespaces where `namespace` is "". */
  readonly list: (namespace: string, options?: ListOptions) => Promise<Page<O>>;
  readonly create: (namespace: string, object: D) => Promise<O>;
  /** Replaces it; 409 where its resourceVersion is no longer the newest. */
  readonly update: (object: O) => Promise<O>;
  readonly updateStatus: (object: O) => Promise<O>;
  /** Other subresources that take the whole object: `finalize` of namespaces. */
  readonly updateAt: (subresource: string, object: O) => Promise<O>;
  readonly patch: (namespace: string, name: string, patch: Patch) => Promise<O>;
  /** Server-side apply: makes it, or changes what `by` says of it; 409 where somebody else has said otherwise. */
  readonly apply: (namespace: string, name: string, what: { readonly object: D; readonly by: string }) => Promise<O>;
  readonly delete: (namespace: string, name: string, options?: DeleteOptions) => Promise<Deletion<O>>;
  /** For `pods/binding` and its like: what comes back, often a Status, is of no kind of the cluster's. */
  readonly post: (namespace: string, name: string, body: SubresourceBody) => Promise<unknown>;
  /** Ends when the server ends it or `signal` is aborted. */
  readonly watch: (namespace: string, options: WatchOptions) => AsyncIterable<WatchEvent<O>>;
}

/** A deletion that waits for finalizers or a grace period shows the object as it goes. */
export type Deletion<O> = { readonly kind: "going"; readonly object: O } | { readonly kind: "gone" };

export interface Selection {
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}
export interface ListOptions extends Selection {
  /** At most so many; `Page.next` then says where to go on. */
  readonly limit?: number | undefined;
  readonly continue?: string | undefined;
}
export interface WatchOptions extends Selection {
  readonly resourceVersion: string;
  /** After how many seconds the server should end it. */
  readonly timeoutSeconds?: number;
  readonly signal: AbortSignal;
}
export interface DeleteOptions {
  readonly propagationPolicy?: "Background" | "Foreground" | "Orphan";
  readonly gracePeriodSeconds?: number;
  /** Refused with 409 where the object is another one by now. */
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}
export interface SubresourceBody {
  readonly subresource: string;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly body: object;
}
export interface Patch {
  readonly type: "merge" | "strategic" | "json";
  readonly body: object;
  readonly subresource?: "status" | "scale";
}

const mediaTypes = {
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
  json: "application/json-patch+json",
  apply: "application/apply-patch+yaml",
} as const;

export function resourceClient<T extends AnyType, O extends ApiObject>(
  transport: Transport,
  kind: Kind<T, O>,
): ResourceClient<O, Draft<T>> {
  const read = async (request: ApiRequest): Promise<O> =>
    readAs(kind, await bodyOf(await transport.send(request), request));
  const put = (object: O, subresource?: string): Promise<O> => {
    const { namespace, name } = object.metadata;
    return read(sending("PUT", pathOf(kind, { namespace, name, subresource }), writeAs(kind, object)));
  };
  return {
    get: (namespace, name) => read(getting(pathOf(kind, { namespace, name }))),
    async list(namespace, options = {}) {
      const request = getting(pathOf(kind, { namespace, name: "" }) + queryOf({ ...options }));
      return readPage(kind, await bodyOf(await transport.send(request), request));
    },
    create: (namespace, object) => read(sending("POST", pathOf(kind, { namespace, name: "" }), writeAs(kind, object))),
    update: (object) => put(object),
    updateStatus: (object) => put(object, "status"),
    updateAt: (subresource, object) => put(object, subresource),
    patch: (namespace, name, { type, body, subresource }) =>
      read(sending("PATCH", pathOf(kind, { namespace, name, subresource }), JSON.stringify(body), mediaTypes[type])),
    apply(namespace, name, { object, by }) {
      const path = pathOf(kind, { namespace, name }) + queryOf({ fieldManager: by });
      return read(sending("PATCH", path, writeAs(kind, object), mediaTypes.apply));
    },
    async delete(namespace, name, options = {}) {
      const body = writeAs({ group: "", version: "v1", kind: "DeleteOptions" }, options);
      const request = sending("DELETE", pathOf(kind, { namespace, name }), body);
      const answer = await bodyOf(await transport.send(request), request);
      if (isStatus(answer)) return { kind: "gone" };
      const object = readAs(kind, answer);
      return object.metadata.deletionTimestamp === undefined ? { kind: "gone" } : { kind: "going", object };
    },
    async post(namespace, name, { subresource, body, ...spoken }) {
      const request = sending("POST", pathOf(kind, { namespace, name, subresource }), writeAs(spoken, body));
      return bodyOf(await transport.send(request), request);
    },
    async *watch(namespace, { signal, ...options }) {
      const query = queryOf({ watch: true, allowWatchBookmarks: true, ...options });
      const request = { ...getting(pathOf(kind, { namespace, name: "" }) + query), signal };
      const answer = await transport.send(request);
      if (answer.status !== 200) await bodyOf(answer, request);
      for await (const line of answer.lines()) if (line !== "") yield readWatchEvent(kind, line);
    },
  };
}

const getting = (path: string): ApiRequest => ({
  method: "GET",
  path,
  headers: { accept: "application/json" },
  body: undefined,
});
const sending = (
  method: "POST" | "PUT" | "PATCH" | "DELETE",
  path: string,
  body: string,
  type = "application/json",
): ApiRequest => ({ method, path, headers: { accept: "application/json", "content-type": type }, body });

/** A document of the server's that is no resource, line by line. Throws `StatusError`. */
export async function documentLines(transport: Transport, path: string): Promise<AsyncIterable<string>> {
  const request = getting(path);
  const answer = await transport.send(request);
  if (answer.status !== 200) await bodyOf(answer, request);
  return answer.lines();
}

async function bodyOf(answer: ApiAnswer, { method, path }: ApiRequest): Promise<unknown> {
  const text = await answer.text();
  if (answer.status >= 200 && answer.status < 300) return parseJson(text, `${method} ${path}`);
  const isJson = answer.headers["content-type"]?.startsWith("application/json") ?? false;
  throw new StatusError(readStatus(isJson ? parseJson(text, `${method} ${path}`) : text, answer.status));
}

/** Whether the server refused for that reason: `NotFound`, `Conflict`, `AlreadyExists`, … */
export const refusedFor = (fault: unknown, ...reasons: readonly string[]): fault is StatusError =>
  fault instanceof StatusError && reasons.includes(fault.status.reason ?? "");

/** Nothing can be made in a namespace that is being deleted: no failure, and no use in trying again. */
export const isNamespaceGoing = (fault: unknown): boolean =>
  fault instanceof StatusError &&
  (fault.status.details?.causes ?? []).some(({ reason }) => reason === "NamespaceTerminating");
