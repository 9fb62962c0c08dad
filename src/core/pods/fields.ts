import type { Pod } from "#api/core/pod.ts";
import type { NodeFacts } from "./node-facts.ts";

/** What a `fieldRef` names; undefined where the pod has no such field. Source: core/v1 ObjectFieldSelector, downward API. */
export function fieldOf(pod: Pod, path: string, node: NodeFacts): string | undefined {
  const entry = /^metadata\.(labels|annotations)\['([^']+)'\]$/.exec(path);
  if (entry !== null) {
    const of = entry[1] === "labels" ? pod.metadata.labels : pod.metadata.annotations;
    return of?.[entry[2] ?? ""];
  }
  return plainFields[path]?.(pod, node);
}

const addressesOf = (pod: Pod, node: NodeFacts): readonly string[] =>
  pod.spec.hostNetwork === true ? node.addresses : (pod.status.podIPs ?? []).map(({ ip }) => ip);

const plainFields: Readonly<Record<string, (pod: Pod, node: NodeFacts) => string>> = {
  "metadata.name": ({ metadata }) => metadata.name,
  "metadata.namespace": ({ metadata }) => metadata.namespace,
  "metadata.uid": ({ metadata }) => metadata.uid,
  "metadata.labels": ({ metadata }) => quotedLines(metadata.labels),
  "metadata.annotations": ({ metadata }) => quotedLines(metadata.annotations),
  "spec.nodeName": (_, { name }) => name,
  "spec.serviceAccountName": ({ spec }) => spec.serviceAccountName ?? "default",
  "status.hostIP": (_, { addresses }) => addresses[0] ?? "",
  "status.hostIPs": (_, { addresses }) => addresses.join(","),
  "status.podIP": (pod, node) => addressesOf(pod, node)[0] ?? "",
  "status.podIPs": (pod, node) => addressesOf(pod, node).join(","),
};

const quotedLines = (of: Readonly<Record<string, string>> | undefined): string =>
  Object.entries(of ?? {})
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join("\n");
