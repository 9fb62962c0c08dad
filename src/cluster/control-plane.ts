import {
  authenticatedGroup,
  controllerManagerUser,
  ingressUser,
  mastersGroup,
  nodeUserPrefix,
} from "#api/authentication/subjects.ts";
import { informers } from "#client/informers.ts";
import { inNameOf, type Transport } from "#client/transport.ts";
import { showSecretClaims } from "#core/access/secret-claims.ts";
import { blockSources } from "#core/nodes/pod-blocks.ts";
import { type ControllerOptions, startControllers } from "#daemons/controllers/controllers.ts";
import { type AssignerOptions, startAssigner } from "#daemons/loadbalancer/assigner.ts";
import type { Failure } from "#daemons/loop.ts";
import { startScheduler } from "#daemons/scheduler/scheduler.ts";
import { rangeOfCidr } from "#net/ip-range.ts";
import type { PortRange } from "#net/port.ts";
import { TokenKeys } from "#server/authentication/token-keys.ts";
import { apiServiceAddress } from "#server/bootstrap/bootstrap.ts";
import { inProcessTransport } from "#server/connections/in-process.ts";
import type { Store } from "#store/store.ts";
import { startApi } from "./api.ts";
import type { ControlPlan } from "./cluster-plan.ts";
import { clientIdentity, type Identities, serverAt } from "./identities.ts";
import { ingressObjects } from "./ingress-objects.ts";
import { ingressPlace } from "./ingress-rights.ts";
import type { Log } from "./log.ts";
import { primaryServiceRange, type Settings } from "./settings.ts";

/** The API, the controllers and the scheduler. */
export interface ControlPlane {
  /** Requests without a socket. */
  readonly as: (user: string, ...groups: readonly string[]) => Transport;
  readonly setNodePortRange: (range: PortRange) => void;
  readonly stop: () => Promise<void>;
}

export interface ControlParts {
  readonly plan: ControlPlan;
  readonly identities: Identities;
  readonly store: Store;
  readonly log: Log;
}

/** Throws `ClusterFault` and the faults of the parts, when nothing of it runs any more. */
export async function startControlPlane(settings: Settings, parts: ControlParts): Promise<ControlPlane> {
  await using started = new AsyncDisposableStack();
  const api = started.adopt(await startApi(settings, parts), (one) => one.stop());
  const as: ControlPlane["as"] = (user, ...groups) =>
    inNameOf(programOf(user), inProcessTransport(api.server, { user, groups: [...groups, authenticatedGroup] }));
  const failed = toldTo(parts.log);
  const { signingKey, publicKeys } = parts.identities.tokenKeys;
  const tokenKeys = new TokenKeys(signingKey, publicKeys);
  const managers = startManagers(as(controllerManagerUser, mastersGroup), {
    failed,
    caPem: parts.identities.ca,
    caKey: parts.identities.caKey,
    signSecretToken: (claims) => tokenKeys.sign(showSecretClaims(claims)),
    podBlocks: blockSources(settings["cluster-cidr"], settings.nodes),
    graceSeconds: settings["node-monitor-grace-period"],
    ingress: {
      place: ingressPlace,
      objects: async () => {
        const client = await clientIdentity(settings["data-dir"], "ingress", ingressUser);
        const server = serverAt(apiServiceAddress(primaryServiceRange(settings)), 443);
        return ingressObjects({ server, ca: parts.identities.ca, client });
      },
    },
    clusterRanges: [
      ...settings["cluster-cidr"].map((block) => ({ ...rangeOfCidr(block), of: "pods" as const })),
      ...settings["service-cluster-ip-range"].map((block) => ({ ...rangeOfCidr(block), of: "Services" as const })),
    ],
  });
  started.adopt(managers, (one) => one.stop());
  const running = started.move();
  return { as, setNodePortRange: api.server.setNodePortRange, stop: () => running.disposeAsync() };
}

/** What the components of Kubernetes call themselves: `kubelet`, `kube-proxy`, `kube-controller-manager`. */
function programOf(user: string): string {
  if (user.startsWith(nodeUserPrefix)) return "kubelet";
  return user.startsWith("system:") ? user.slice("system:".length) : "portolan";
}

/** Writes down what a loop has failed at. */
export const toldTo =
  (log: Log) =>
  ({ loop, key, fault, failures }: Failure): void =>
    log.warn(`${loop} ${key} (${failures} in a row)`, fault);

interface ManagerParts
  extends Pick<
    ControllerOptions,
    "failed" | "caPem" | "caKey" | "podBlocks" | "graceSeconds" | "ingress" | "signSecretToken"
  > {
  readonly clusterRanges: AssignerOptions["ranges"];
}

/** The controllers and the scheduler, which follow the same objects. */
function startManagers(
  transport: Transport,
  { failed, clusterRanges: ranges, ...settings }: ManagerParts,
): { readonly stop: () => Promise<void> } {
  const own = informers(transport);
  const clock = { now: Date.now, random: Math.random, elapsedMs: () => performance.now() };
  const parts = [
    startControllers({ transport, informers: own, failed, ...settings, ...clock }),
    startScheduler({ transport: inNameOf("kube-scheduler", transport), informers: own, failed, ...clock }),
    startAssigner({
      transport: inNameOf("cloud-controller-manager", transport),
      informers: own,
      failed,
      ranges,
      ...clock,
    }),
  ];
  return {
    async stop() {
      await Promise.all(parts.map((part) => part.stop()));
      own.stop();
    },
  };
}
