/** Pods for the tests of several rooms of core. */
import type { PodSpec } from "#api/core/pod/spec.ts";
import type { Pod } from "#api/core/pod.ts";
import { showTime } from "#machinery/time.ts";

export const metadataOf = (name: string) => ({
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
      ...metadataOf(name),
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
