import type { Pod } from "#api/core/pod.ts";
import type { Service } from "#api/core/service.ts";
import { distance } from "../likeness.ts";
import { type Evidence, type Fix, named } from "./story.ts";
import { showLabels, type Why } from "./why.ts";
import type { Atlas } from "./world.ts";

type Labels = Readonly<Record<string, string>>;

/** A selector that no pod has, and the pods that were probably meant. */
export function nearMiss(service: Service, { world }: Atlas): Why {
  const selector = service.spec.selector ?? {};
  const object = named("Service", service);
  const own: Evidence = { object, field: "spec.selector", value: showLabels(selector) };
  const { namespace } = service.metadata;
  const tells = `no pod in namespace ${namespace} has the labels ${showLabels(selector)}`;
  const near = world.pods
    .filter(({ metadata }) => metadata.namespace === namespace)
    .flatMap((pod) => almost(pod, selector));
  const [best] = near.toSorted((a, b) => b.likeness - a.likeness);
  if (best !== undefined) {
    const evidence = [
      own,
      { object: named("Pod", best.pod), field: "metadata.labels", value: showLabels(best.pod.metadata.labels ?? {}) },
    ];
    return { because: "SelectorMatchesNoPod", tells, evidence, fix: { object, ...best.fix } };
  }
  const elsewhere = world.pods.find(({ metadata }) => hasAll(metadata.labels ?? {}, selector));
  if (elsewhere !== undefined) {
    const there = elsewhere.metadata.namespace ?? "";
    const evidence = [own, { object: named("Pod", elsewhere), field: "metadata.namespace", value: there }];
    return {
      because: "SelectorMatchesNoPod",
      tells: `${tells}; pods of namespace ${there} do`,
      evidence,
      fix: { object, field: "metadata.namespace", change: there },
    };
  }
  const change = "labels that pods have, or start such pods (is their Deployment scaled to 0?)";
  return { because: "SelectorMatchesNoPod", tells, evidence: [own], fix: { object, field: "spec.selector", change } };
}

const hasAll = (labels: Labels, wanted: Labels): boolean =>
  Object.entries(wanted).every(([key, value]) => labels[key] === value);

interface Near {
  readonly pod: Pod;
  readonly likeness: number;
  readonly fix: Omit<Fix, "object">;
}

/** A pod that one label keeps from being selected: another value under that key, or the value under another key. */
function almost(pod: Pod, selector: Labels): readonly Near[] {
  const labels = pod.metadata.labels ?? {};
  const wrong = Object.entries(selector).filter(([key, value]) => labels[key] !== value);
  const [only, ...others] = wrong;
  if (only === undefined || others.length > 0) return [];
  const [key, value] = only;
  const right = Object.keys(selector).length - 1;
  const has = labels[key];
  if (has !== undefined) {
    const alike = likenessOf(value, has);
    return right > 0 || alike > 0.5
      ? [{ pod, likeness: right + alike, fix: { field: `spec.selector.${key}`, change: has } }]
      : [];
  }
  const other = Object.entries(labels).find(([, one]) => one === value)?.[0];
  if (other === undefined) return [];
  const change = showLabels({
    ...Object.fromEntries(Object.entries(selector).filter(([one]) => one !== key)),
    [other]: value,
  });
  return [{ pod, likeness: right + 0.9, fix: { field: "spec.selector", change } }];
}

/** 1 for equal words, 0 for words that share nothing; a word that begins with the other is like it. */
function likenessOf(a: string, b: string): number {
  if (a.startsWith(b) || b.startsWith(a)) return 0.8;
  return 1 - distance(a, b) / Math.max(a.length, b.length);
}
