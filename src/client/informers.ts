import type { Kind } from "#machinery/kind.ts";
import type { AnyType } from "#machinery/schema.ts";
import { type Informer, type InformerOptions, informer } from "./informer.ts";
import type { ApiObject } from "./resource.ts";
import type { Transport } from "./transport.ts";

/** One informer a collection, shared by everyone in this process who follows it. */
export interface Informers {
  readonly of: <T extends AnyType, O extends ApiObject>(kind: Kind<T, O>, options?: InformerOptions<O>) => Informer<O>;
  /** Resolves when every informer handed out so far has its first list. */
  readonly synced: () => Promise<void>;
  readonly stop: () => void;
}

export function informers(transport: Transport, shared: Pick<InformerOptions, "backoff" | "failed"> = {}): Informers {
  /** By kind, then by what is kept of it, then by what is selected. */
  const byKind = new WeakMap<object, Map<unknown, Map<string, unknown>>>();
  const all = new Set<{ readonly synced: () => Promise<void>; readonly stop: () => void }>();

  const of = <T extends AnyType, O extends ApiObject>(
    kind: Kind<T, O>,
    options: InformerOptions<O> = {},
  ): Informer<O> => {
    const ofKind: Map<unknown, Map<string, unknown>> = byKind.get(kind) ?? new Map();
    byKind.set(kind, ofKind);
    const kept: Map<string, unknown> = ofKind.get(options.keep) ?? new Map();
    ofKind.set(options.keep, kept);
    const { namespace = "", labelSelector = "", fieldSelector = "" } = options;
    const selection = JSON.stringify([namespace, labelSelector, fieldSelector]);
    const known = kept.get(selection);
    if (isInformerOf(kind, known)) return known;
    const made = informer(transport, kind, { ...shared, ...options });
    kept.set(selection, made);
    all.add(made);
    return made;
  };
  return {
    of,
    async synced() {
      await Promise.all([...all].map((one) => one.synced()));
    },
    stop() {
      for (const one of all) one.stop();
    },
  };
}

/** The map that it comes from is keyed by the kind itself, so its objects are that kind's. */
const isInformerOf = <T extends AnyType, O extends ApiObject>(_: Kind<T, O>, known: unknown): known is Informer<O> =>
  known !== undefined;
