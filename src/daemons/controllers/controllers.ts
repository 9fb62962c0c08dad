import type { BlockSource } from "#core/nodes/pod-blocks.ts";
import type { Loop } from "../loop.ts";
import { rootCaController, serviceAccountController } from "./accounts.ts";
import { certificateApprover, certificateCleaner, certificateSigner } from "./certificates.ts";
import { clusterRoleAggregation } from "./cluster-role-aggregation.ts";
import type { ControllerContext } from "./context.ts";
import { deploymentController } from "./deployments.ts";
import { endpointMirrorController } from "./endpoint-mirror.ts";
import { endpointSliceController } from "./endpoint-slices.ts";
import { legacyEndpointsController } from "./endpoints.ts";
import { bootstrapTokenCleaner, shareCleaner } from "./expiry.ts";
import { garbageCollector } from "./garbage.ts";
import { idleObjectWatch } from "./idle-objects.ts";
import { type IngressArrival, ingressArrival } from "./ingress-arrival.ts";
import { namespaceController } from "./namespaces.ts";
import { nodeIpamController } from "./node-ipam.ts";
import { type NodeLifecycleOptions, nodeLifecycleController } from "./node-lifecycle.ts";
import { replicaSetController } from "./replica-sets.ts";
import { resourceQuotaController } from "./resource-quotas.ts";
import { type SecretTokens, secretTokenController } from "./secret-tokens.ts";
import { serviceCidrController } from "./service-cidrs.ts";
import { strayPodController } from "./stray-pods.ts";

export type { ControllerContext } from "./context.ts";

export interface ControllerOptions extends ControllerContext, NodeLifecycleOptions {
  /** What pods trust the API server by. */
  readonly caPem: string;
  /** Where the nodes' pods get their addresses. */
  readonly podBlocks: readonly BlockSource[];
  /** PEM: the key of that authority; absent: certificates are signed by somebody else. */
  readonly caKey?: string;
  /** Signs tokens that stand in Secrets; absent: such Secrets stay as they are. */
  readonly signSecretToken?: SecretTokens["sign"];
  /** Absent: whoever wants Ingresses served runs a controller for them. */
  readonly ingress?: IngressArrival;
}

export interface Controllers {
  /** Resolves when nothing is queued nor worked on at the moment. */
  readonly idle: () => Promise<void>;
  /** Resolves when no work is under way any more. The informers are their owner's to stop. */
  readonly stop: () => Promise<void>;
}

/** Everything that kube-controller-manager does for the kinds that this cluster has. Starts at once. */
export function startControllers(options: ControllerOptions): Controllers {
  const loops: readonly Loop[] = [
    deploymentController(options),
    replicaSetController(options),
    endpointSliceController(options),
    endpointMirrorController(options),
    legacyEndpointsController(options),
    namespaceController(options),
    garbageCollector(options),
    serviceAccountController(options),
    rootCaController(options, options.caPem),
    nodeIpamController(options, options.podBlocks),
    nodeLifecycleController(options, options),
    strayPodController(options, options),
    serviceCidrController(options),
    resourceQuotaController(options),
    clusterRoleAggregation(options),
    certificateApprover(options),
    certificateCleaner(options),
    bootstrapTokenCleaner(options),
    shareCleaner(options),
    idleObjectWatch(options),
    ...(options.signSecretToken === undefined
      ? []
      : [secretTokenController(options, { caPem: options.caPem, sign: options.signSecretToken })]),
    ...(options.ingress === undefined ? [] : [ingressArrival(options, options.ingress)]),
    ...(options.caKey === undefined
      ? []
      : [certificateSigner(options, { certificate: options.caPem, key: options.caKey })]),
  ];
  return {
    async idle() {
      await Promise.all(loops.map((loop) => loop.idle()));
    },
    async stop() {
      await Promise.all(loops.map((loop) => loop.stop()));
    },
  };
}
