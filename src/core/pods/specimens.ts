/** Objects and observations for the tests of this room. */
import type { Container } from "#api/core/pod/container.ts";
import type { Probe } from "#api/core/pod/probe.ts";
import type { PodSpec } from "#api/core/pod/spec.ts";
import type { PodStatus } from "#api/core/pod/status.ts";
import type { Pod } from "#api/core/pod.ts";
import type { NodeFacts } from "./node-facts.ts";
import type { Observed, Run, RunEnd } from "./observed.ts";

/** When the tests take place. */
export const now = Date.parse("2026-01-02T12:00:00Z");
export const seconds = (count: number): number => count * 1000;
export const minutes = (count: number): number => count * 60_000;

export const node: NodeFacts = {
  name: "node-1",
  addresses: ["192.0.2.7", "2001:db8::7"],
  memoryBytes: 8 * 2 ** 30,
  cpuMillis: 4000,
};

export const containerOf = (name: string, more: Partial<Container> = {}): Container => ({
  name,
  image: `${name}:1`,
  resources: {},
  terminationMessagePath: "/dev/termination-log",
  terminationMessagePolicy: "File",
  ...more,
});
export const sidecarOf = (name: string, more: Partial<Container> = {}): Container =>
  containerOf(name, { restartPolicy: "Always", ...more });

export const probeOf = (more: Partial<Probe> = {}): Probe => ({
  timeoutSeconds: 1,
  periodSeconds: 10,
  successThreshold: 1,
  failureThreshold: 3,
  ...more,
});

interface Wish {
  readonly spec?: Partial<PodSpec>;
  readonly status?: PodStatus;
  readonly metadata?: Extra;
}

/** `shop/web-0`, with one container `web` where `spec` names no others. */
export const podOf = ({ spec, status = {}, metadata }: Wish = {}): Pod => ({
  metadata: {
    name: "web-0",
    namespace: "shop",
    uid: "7b1c",
    resourceVersion: "5",
    generation: 1,
    creationTimestamp: "2026-01-02T11:00:00Z",
    ...metadata,
  },
  spec: {
    containers: [containerOf("web")],
    restartPolicy: "Always",
    terminationGracePeriodSeconds: 30,
    dnsPolicy: "ClusterFirst",
    securityContext: {},
    schedulerName: "default-scheduler",
    enableServiceLinks: true,
    ...spec,
  },
  status,
});

interface Extra {
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}
/** Deleted a moment ago. */
export const leaving = (graceSeconds: number): Extra => ({
  deletionTimestamp: "2026-01-02T12:00:30Z",
  deletionGracePeriodSeconds: graceSeconds,
});

export const running = (container: string, attempt = 0): Run => ({
  container,
  attempt,
  restartsInARow: attempt,
  startedAt: now - minutes(1),
  end: undefined,
});

interface EndWish {
  readonly attempt?: number;
  /** As many as the attempts where absent. */
  readonly restartsInARow?: number;
  readonly agoMs?: number;
  readonly lastedMs?: number;
  readonly reason?: RunEnd["reason"];
  readonly message?: string;
}
export function ended(container: string, exitCode: number, wish: EndWish = {}): Run {
  const { attempt = 0, agoMs = 0, lastedMs = 1000, message = "" } = wish;
  const { restartsInARow = attempt } = wish;
  const finishedAt = now - agoMs;
  const reason = wish.reason ?? (exitCode === 0 ? "Completed" : "Error");
  const end = { exitCode, reason, message, finishedAt };
  return { container, attempt, restartsInARow, startedAt: finishedAt - lastedMs, end };
}

/** A pod whose sandbox is there. */
export const observedOf = (runs: readonly Run[] = [], more: Partial<Observed> = {}): Observed => ({
  sandbox: { addresses: ["10.244.0.5"] },
  runs,
  refusals: new Map(),
  probes: new Map(),
  ...more,
});
