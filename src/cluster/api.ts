import { randomInt, randomUUID } from "node:crypto";
import { join } from "node:path";
import type { Ip } from "#net/ip.ts";
import { type ApiServer, createApiServer } from "#server/api-server.ts";
import { bootstrap } from "#server/bootstrap.ts";
import { inProcessTransport } from "#server/in-process.ts";
import { type Listener, listen } from "#server/listen.ts";
import { openSqliteStore } from "#store/sqlite.ts";
import type { Identities } from "./identities.ts";
import type { Log } from "./log.ts";
import type { NodePlan } from "./node-plan.ts";
import { checkPort } from "./preflight.ts";
import type { Settings } from "./settings.ts";

export interface Api {
  readonly server: ApiServer;
  readonly stop: () => Promise<void>;
}

export interface ApiParts {
  readonly plan: NodePlan;
  readonly identities: Identities;
  readonly log: Log;
}

/** The store, the server, and what every cluster has; listening where clients and pods look for it. Throws `ClusterFault`. */
export async function startApi(settings: Settings, { plan, identities, log }: ApiParts): Promise<Api> {
  const port = settings["api-port"];
  const addresses = listenAddresses(settings, plan);
  for (const address of addresses) await checkPort(address, port);
  const store = openSqliteStore(join(settings["data-dir"], "store.db"));
  const { kubeletClient, ca, serving } = identities;
  const server = await createApiServer({
    store,
    now: Date.now,
    chance: { uuid: randomUUID, number: (below) => randomInt(below) },
    options: {
      gitVersion: settings["kubernetes-version"],
      serviceRanges: [settings["service-cluster-ip-range"]],
      nodePortRange: settings["service-node-port-range"],
      kubelet: { certificate: kubeletClient.certificate, key: kubeletClient.key, ca },
    },
    report: (fault) => log.warn("a request failed in the server", fault),
  });
  const asMaster = inProcessTransport(server, { user: "system:apiserver", groups: ["system:masters"] });
  const serviceRange = settings["service-cluster-ip-range"];
  await bootstrap(asMaster, { apiAddress: plan.nodeAddress.text, apiPort: port, serviceRange });
  const listeners: Listener[] = [];
  for (const { text: address } of addresses)
    listeners.push(await listen(server, { address, port, serving, clientCa: ca }));
  return {
    server,
    async stop() {
      await Promise.all(listeners.map((listener) => listener.close()));
      server.close();
      await store.close();
    },
  };
}

/** An unspecified address covers the others. */
function listenAddresses(settings: Settings, { nodeAddress }: NodePlan): readonly Ip[] {
  const asked = settings["bind-address"];
  if (asked.number === 0n || asked.text === nodeAddress.text) return [asked];
  return [asked, nodeAddress];
}
