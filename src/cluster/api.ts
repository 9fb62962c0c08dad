import { randomInt, randomUUID } from "node:crypto";
import { nodes } from "#api/core/node.ts";
import { services } from "#api/core/service.ts";
import { refusedFor, resourceClient } from "#client/resource.ts";
import type { Transport } from "#client/transport.ts";
import { contains } from "#net/cidr.ts";
import { parseIp } from "#net/ip.ts";
import { type ApiServer, createApiServer } from "#server/api-server.ts";
import { bootstrap } from "#server/bootstrap.ts";
import { inProcessTransport } from "#server/in-process.ts";
import { listen } from "#server/listen.ts";
import type { Store } from "#store/store.ts";
import { ClusterFault } from "./faults.ts";
import type { Identities } from "./identities.ts";
import type { Log } from "./log.ts";
import { listenAddresses, type NodePlan } from "./node-plan.ts";
import type { Settings } from "./settings.ts";

export interface Api {
  readonly server: ApiServer;
  /** The store stays open. */
  readonly stop: () => Promise<void>;
}

export interface ApiParts {
  readonly store: Store;
  readonly plan: NodePlan;
  readonly identities: Identities;
  readonly log: Log;
}

/** The server over the store, with what every cluster has; listening where clients and pods look for it. Throws `ClusterFault`. */
export async function startApi(settings: Settings, { store, plan, identities, log }: ApiParts): Promise<Api> {
  const serviceRange = settings["service-cluster-ip-range"];
  const apiPort = settings["api-port"];
  const { kubeletClient, ca, serving } = identities;
  await using started = new AsyncDisposableStack();
  const server = await createApiServer({
    store,
    now: Date.now,
    chance: { uuid: randomUUID, number: (below) => randomInt(below) },
    options: {
      gitVersion: settings["kubernetes-version"],
      serviceRanges: [serviceRange],
      nodePortRange: settings["service-node-port-range"],
      kubelet: { certificate: kubeletClient.certificate, key: kubeletClient.key, ca },
    },
    report: (fault) => log.warn("a request failed in the server", fault),
  });
  started.defer(() => server.close());
  const asMaster = inProcessTransport(server, { user: "system:apiserver", groups: ["system:masters"] });
  await checkRangesOfData(settings, plan, asMaster);
  await bootstrap(asMaster, { apiAddress: plan.nodeAddress.text, apiPort, serviceRange });
  for (const { text: address } of listenAddresses(settings, plan)) {
    const listener = await listen(server, { address, port: apiPort, serving, clientCa: ca });
    started.defer(() => listener.close());
  }
  const running = started.move();
  return { server, stop: () => running.disposeAsync() };
}

/** Objects keep their addresses for life, so a cluster keeps the blocks that it was made with. Throws `RangeOfData`. */
async function checkRangesOfData(settings: Settings, plan: NodePlan, transport: Transport): Promise<void> {
  const [service, node] = await Promise.all([
    orNothing(resourceClient(transport, services).get("default", "kubernetes")),
    orNothing(resourceClient(transport, nodes).get("", plan.nodeName)),
  ]);
  const address = parseIp(service?.spec.clusterIP ?? "");
  if (address !== undefined && !contains(settings["service-cluster-ip-range"], address))
    throw otherRange(settings, "service-cluster-ip-range", address.text);
  const block = node?.spec.podCIDR ?? plan.podCidr.text;
  if (block !== plan.podCidr.text) throw otherRange(settings, "cluster-cidr", block);
}

function otherRange(settings: Settings, flag: "cluster-cidr" | "service-cluster-ip-range", kept: string): ClusterFault {
  return new ClusterFault("RangeOfData", {
    what: `this cluster was made with other addresses: it has ${kept}, which does not go with --${flag} ${settings[flag].text}`,
    where: settings["data-dir"],
    fix: `give the same --${flag} as before, or begin anew with another --data-dir (or portolan down --purge)`,
  });
}

async function orNothing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (fault) {
    if (refusedFor(fault, "NotFound")) return undefined;
    throw fault;
  }
}
