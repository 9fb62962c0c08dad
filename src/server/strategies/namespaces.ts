import { namespaces } from "#api/core/namespace.ts";
import { isOf } from "../object.ts";
import type { Strategy } from "./strategy.ts";

/** A Namespace goes only when what it holds has gone: the controller that empties it takes the finalizer "kubernetes" away. */
export const namespaceStrategy: Strategy = {
  prepareCreate: (object) =>
    isOf(namespaces, object)
      ? { ...object, spec: { ...object.spec, finalizers: finalizersOf(object.spec.finalizers) } }
      : object,
  // Only the subresource `finalize` changes them.
  prepareUpdate: (next, old) => (isOf(namespaces, next) && isOf(namespaces, old) ? { ...next, spec: old.spec } : next),
};

const finalizersOf = (given: readonly string[] = []): readonly string[] => [...new Set([...given, "kubernetes"])];
