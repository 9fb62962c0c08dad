import type { ObjectMeta } from "../../meta/object-meta.ts";

interface Subject {
  readonly metadata: ObjectMeta;
}

/** Every namespace can be chosen by its name as by a label. Source: SetDefaults_Namespace (KEP-2161). */
export function deriveNamespace<N extends Subject>(namespace: N): N {
  const { metadata } = namespace;
  if (!metadata.name) return namespace;
  return {
    ...namespace,
    metadata: { ...metadata, labels: { ...metadata.labels, "kubernetes.io/metadata.name": metadata.name } },
  };
}
