/** Objects for the tests of this room. */
import type { Deployment } from "#api/apps/deployment.ts";
import type { ReplicaSet } from "#api/apps/replica-set.ts";
import type { Service } from "#api/core/service.ts";
import { showTime } from "#machinery/time.ts";
import { metadataOf, podSpec } from "../pod-specimens.ts";
import type { ReplicaSetDraft } from "./deployment.ts";

type Wish = Partial<Deployment["spec"]> & { readonly image?: string };

/** A new Deployment, or the next generation of `before`. */
export function deploymentOf({ image, ...spec }: Wish, before?: Deployment): Deployment {
  const generation = (before?.metadata.generation ?? 0) + 1;
  return {
    metadata: { ...metadataOf("web"), generation },
    status: before?.status ?? {},
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: "web" } },
      strategy: { type: "RollingUpdate" },
      revisionHistoryLimit: 2,
      progressDeadlineSeconds: 600,
      ...spec,
      template:
        image === undefined && spec.template !== undefined
          ? spec.template
          : { metadata: { ...noNames, labels: { app: "web" } }, spec: podSpec(image ?? "a") },
    },
  };
}
/** Templates have no names; the type can't say so. */
const noNames = { name: "", namespace: "", uid: "", resourceVersion: "", creationTimestamp: "" };

/** What the server makes of a draft. `now` in milliseconds since 1970. */
export const replicaSetOf = (draft: ReplicaSetDraft, uid: string, now: number): ReplicaSet => ({
  metadata: {
    ...metadataOf(draft.metadata.name),
    ...draft.metadata,
    uid,
    creationTimestamp: showTime(now),
    generation: 1,
  },
  spec: draft.spec,
  status: { replicas: 0 },
});

export const serviceOf = (name: string, spec: Partial<Service["spec"]> = {}): Service => ({
  metadata: metadataOf(name),
  status: { loadBalancer: {} },
  spec: {
    type: "ClusterIP",
    sessionAffinity: "None",
    internalTrafficPolicy: "Cluster",
    selector: { app: "web" },
    ports: [{ port: 80, protocol: "TCP" }],
    ...spec,
  },
});
