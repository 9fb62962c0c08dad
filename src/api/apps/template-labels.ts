import type { PodTemplateSpec } from "../core/pod/spec.ts";
import type { LabelSelector } from "../meta/label-selector.ts";
import type { ObjectMeta } from "../meta/object-meta.ts";

interface Workload {
  readonly metadata: ObjectMeta;
  readonly spec: { readonly selector?: LabelSelector; readonly template: PodTemplateSpec };
}

/**
 * In the oldest versions the labels of the template serve for an object that has none, and for a selector that isn't given.
 * Source: SetDefaults_Deployment in pkg/apis/extensions/v1beta1/defaults.go, and its neighbours.
 */
export function withTemplateLabels<W extends Workload>(workload: W): W {
  const { metadata, spec } = workload;
  const { labels } = spec.template.metadata;
  if (labels === undefined) return workload;
  return {
    ...workload,
    metadata: { ...metadata, labels: metadata.labels ?? labels },
    spec: { ...spec, selector: spec.selector ?? { matchLabels: labels } },
  };
}
