import { isDeepStrictEqual } from "node:util";
import { templateGenerationAnnotation } from "#api/apps/daemon-set/template-generation.ts";
import { type DaemonSet, daemonSets } from "#api/apps/daemon-set.ts";
import { isOf, named } from "../object.ts";
import type { Strategy } from "./strategy.ts";

/** The server counts the changes of a DaemonSet's template. Source: pkg/registry/apps/daemonset/strategy.go. */
export const daemonSetStrategy: Strategy = {
  prepareCreate: (object) =>
    isOf(daemonSets, object) ? named(daemonSets, counted(object, Math.max(1, templateGenerationOf(object)))) : object,
  prepareUpdate: (next, old) => {
    if (!isOf(daemonSets, next) || !isOf(daemonSets, old)) return next;
    const isSame = isDeepStrictEqual(next.spec.template, old.spec.template);
    return named(daemonSets, counted(next, templateGenerationOf(old) + (isSame ? 0 : 1)));
  },
};

/** 0 where it says nothing. */
function templateGenerationOf({ metadata }: DaemonSet): number {
  const text = metadata.annotations?.[templateGenerationAnnotation] ?? "";
  return /^\d+$/.test(text) ? Number(text) : 0;
}

const counted = (daemonSet: DaemonSet, generation: number): DaemonSet => {
  const { metadata } = daemonSet;
  const annotations = { ...metadata.annotations, [templateGenerationAnnotation]: String(generation) };
  return { ...daemonSet, metadata: { ...metadata, annotations } };
};
