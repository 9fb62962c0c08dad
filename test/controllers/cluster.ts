import { type Informers, informers } from "#client/informers.ts";
import type { ApiObject } from "#client/resource.ts";
import { type ResourceClient, resourceClient } from "#client/resource.ts";
import type { Transport } from "#client/transport.ts";
import { showSecretClaims } from "#core/access/secret-claims.ts";
import { blockSources } from "#core/nodes/pod-blocks.ts";
import { type Controllers, startControllers } from "#daemons/controllers/controllers.ts";
import type { Failure, Loop } from "#daemons/loop.ts";
import { startScheduler } from "#daemons/scheduler/scheduler.ts";
import type { Kind } from "#machinery/kind.ts";
import type { AnyType, Draft } from "#machinery/schema.ts";
import { mustCidr } from "#net/cidr.ts";
import { TokenKeys } from "#server/authentication/token-keys.ts";
import { inProcessTransport } from "#server/connections/in-process.ts";
import { seeded } from "../harness/seeded.ts";
import { administrator, ownTokens, type Served, serve } from "../server/served.ts";
import { type Kubelet, startKubelet } from "./kubelet.ts";

/** A cluster without machines: server, controllers and scheduler of this project, and nodes that only say that they run pods. */
export interface Cluster extends AsyncDisposable {
  readonly served: Served;
  readonly transport: Transport;
  readonly informers: Informers;
  readonly kubelet: Kubelet;
  readonly controllers: Controllers;
  readonly scheduler: Loop;
  /** What controllers and scheduler ran into, conflicts aside. */
  readonly failures: readonly Failure[];
  readonly of: <T extends AnyType, O extends ApiObject>(kind: Kind<T, O>) => ResourceClient<O, Draft<T>>;
}

export interface ClusterOptions {
  /** How many nodes; one where absent. */
  readonly nodes?: number;
  /** How a pod on a node goes on; by default it runs and is ready at once. */
  readonly readiness?: "at once" | "by hand";
  /** Milliseconds that only go forward; the machine's where absent. */
  readonly elapsedMs?: () => number;
  /** Milliseconds since 1970; the machine's where absent. */
  readonly now?: () => number;
  /** The authority that signs; none where absent. PEM texts. */
  readonly ca?: { readonly certificate: string; readonly key: string };
}

export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const { nodes = 1, readiness = "at once", elapsedMs = () => performance.now(), now = Date.now, ca } = options;
  const tokens = ownTokens();
  const tokenKeys = new TokenKeys(tokens.signingKey, []);
  const served = await serve({ tokens });
  const transport = inProcessTransport(served.server, administrator);
  const shared = informers(transport);
  const failures: Failure[] = [];
  const context = {
    transport,
    informers: shared,
    now,
    random: seeded(7),
    failed: (failure: Failure) => failures.push(failure),
  };
  const kubelet = await startKubelet(transport, { nodes, readiness });
  const scheduler = startScheduler(context);
  const controllers = startControllers({
    ...context,
    elapsedMs,
    graceSeconds: 40,
    podBlocks: blockSources([mustCidr("10.244.0.0/16")], 1),
    caPem: ca?.certificate ?? "the certificate",
    ...(ca !== undefined && { caKey: ca.key }),
    signSecretToken: (claims) => tokenKeys.sign(showSecretClaims(claims)),
  });
  await shared.synced();
  return {
    served,
    transport,
    informers: shared,
    kubelet,
    controllers,
    scheduler,
    failures,
    of: (kind) => resourceClient(transport, kind),
    async [Symbol.asyncDispose]() {
      await Promise.all([controllers.stop(), scheduler.stop(), kubelet.stop()]);
      shared.stop();
      transport.close();
      await served[Symbol.asyncDispose]();
    },
  };
}
