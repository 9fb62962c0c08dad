/** Objects for the tests of this room. */
import type { Deployment } from "#api/apps/deployment.ts";
import type { ReplicaSet } from "#api/apps/replica-set.ts";
import type { PodSpec } from "#api/core/pod/spec.ts";
import type { Pod } from "#api/core/pod.ts";
import type { Service } from "#api/core/service.ts";
import { showTime } from "#machinery/time.ts";
import type { ReplicaSetDraft } from "./deployment.ts";

const metadata = (name: string) => ({
  name,
  namespace: "default",
  uid: `uid-of-${name}`,
  resourceVersion: "1",
  creationTimestamp: "2026-01-01T00:00:00Z",
});

export const podSpec = (image: string): PodSpec => ({
  containers: [
    {
      name: "web",
      image,
      resources: {},
      imagePullPolicy: "IfNotPresent",
      terminationMessagePath: "/dev/termination-log",
      terminationMessagePolicy: "File",
    },
  ],
  restartPolicy: "Always",
  terminationGracePeriodSeconds: 30,
  dnsPolicy: "ClusterFirst",
  securityContext: {},
  schedulerName: "default-scheduler",
  enableServiceLinks: true,
});

type Wish = Partial<Deployment["spec"]> & { readonly image?: string };

/** A new Deployment, or the next generation of `before`. */
export function deploymentOf({ image, ...spec }: Wish, before?: Deployment): Deployment {
  const generation = (before?.metadata.generation ?? 0) + 1;
  return {
    metadata: { ...metadata("web"), generation },
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
    ...metadata(draft.metadata.name),
    ...draft.metadata,
    uid,
    creationTimestamp: showTime(now),
    generation: 1,
  },
  spec: draft.spec,
  status: { replicas: 0 },
});

interface PodWish {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly nodeName?: string | undefined;
  readonly phase?: string;
  /** Milliseconds since 1970; absent: not ready. */
  readonly readySince?: number;
  readonly createdAt?: number;
  readonly restarts?: number;
  readonly ip?: string;
}

export function podOf(name: string, wish: PodWish = {}): Pod {
  const { labels, annotations, nodeName, phase = "Running", readySince, createdAt, restarts = 0, ip } = wish;
  const ready = { type: "Ready", status: readySince === undefined ? "False" : "True" };
  const since = readySince === undefined ? {} : { lastTransitionTime: showTime(readySince) };
  const container = {
    name: "web",
    ready: true,
    restartCount: restarts,
    image: "a",
    imageID: "",
    state: {},
    lastState: {},
  };
  return {
    metadata: {
      ...metadata(name),
      ...(labels && { labels }),
      ...(annotations && { annotations }),
      ...(createdAt !== undefined && { creationTimestamp: showTime(createdAt) }),
    },
    spec: { ...podSpec("a"), ...(nodeName !== undefined && { nodeName }) },
    status: {
      phase,
      conditions: [{ ...ready, ...since }],
      containerStatuses: [container],
      ...(ip !== undefined && { podIP: ip, podIPs: [{ ip }] }),
    },
  };
}

export const serviceOf = (name: string, spec: Partial<Service["spec"]> = {}): Service => ({
  metadata: metadata(name),
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
