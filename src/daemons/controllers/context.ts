import type { Backoff } from "#client/backoff.ts";
import { readingOwnWrites } from "#client/cache.ts";
import { type EventRecorder, eventRecorder } from "#client/events.ts";
import type { Informer } from "#client/informer.ts";
import type { Informers } from "#client/informers.ts";
import { type ApiObject, type ResourceClient, resourceClient } from "#client/resource.ts";
import type { Transport } from "#client/transport.ts";
import type { Kind } from "#machinery/kind.ts";
import type { AnyType, Draft } from "#machinery/schema.ts";
import type { Failure } from "../loop.ts";

/** What every controller is given. */
export interface ControllerContext {
  readonly transport: Transport;
  readonly informers: Informers;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Hears what failed and is tried again. */
  readonly failed: (failure: Failure) => void;
}

/** A kind that a controller both follows and writes: it never acts on a picture from before its own last write. */
export interface Collection<O extends ApiObject, D> {
  readonly cache: Informer<O>;
  readonly client: ResourceClient<O, D>;
}

export function collection<T extends AnyType, O extends ApiObject>(
  { transport, informers }: Pick<ControllerContext, "transport" | "informers">,
  kind: Kind<T, O>,
): Collection<O, Draft<T>> {
  const cache = informers.of(kind);
  return { cache, client: readingOwnWrites(resourceClient(transport, kind), cache) };
}

export const recorderOf = ({ transport, now }: ControllerContext, component: string): EventRecorder =>
  eventRecorder(transport, { component, now });

/** From 10 ms to 30 s. */
export const backoffOf = ({ random }: Pick<ControllerContext, "random">): Backoff => ({
  firstSeconds: 0.01,
  longestSeconds: 30,
  random,
});
