import { randomInt, randomUUID } from "node:crypto";
import { mastersGroup } from "#api/authentication/subjects.ts";
import { nodes } from "#api/core/node.ts";
import { services } from "#api/core/service.ts";
import { builtIn } from "#api/kinds.ts";
import { refusedFor, resourceClient } from "#client/resource.ts";
import { inNameOf, type Transport } from "#client/transport.ts";
import { contains, holds, parseCidr } from "#net/cidr.ts";
import { parseIp } from "#net/ip.ts";
import { type ApiServer, createApiServer } from "#server/api-server.ts";
import { bootstrap } from "#server/bootstrap/bootstrap.ts";
import { inProcessTransport } from "#server/connections/in-process.ts";
import { listen } from "#server/connections/listen.ts";
import { ShareDoor } from "#server/sharing/share-door.ts";
import type { SharingOptions } from "#server/sharing/share-url.ts";
import type { Store } from "#store/store.ts";
import { auditOf } from "./audit.ts";
import { tokenSettings } from "./authentication-settings.ts";
import type { ControlPlan } from "./cluster-plan.ts";
import { ClusterFault } from "./faults.ts";
import { type Identities, serverAt } from "./identities.ts";
import type { Log } from "./log.ts";
import { oidcOptions } from "./oidc.ts";
import { showBlocks } from "./setting-values.ts";
import { primaryServiceRange, type Settings } from "./settings.ts";

export interface Api {
  readonly server: ApiServer;
  /** The store stays open. */
  readonly stop: () => Promise<void>;
}

export interface ApiParts {
  readonly store: Store;
  readonly plan: ControlPlan;
  readonly identities: Identities;
  readonly log: Log;
}

/** The server over the store, with what every cluster has; listening where clients and pods look for it. Throws `ClusterFault`. */
export async function startApi(settings: Settings, { store, plan, identities, log }: ApiParts): Promise<Api> {
  const serviceRanges = settings["service-cluster-ip-range"];
  const serviceRange = primaryServiceRange(settings);
  const apiPort = settings["api-port"];
  const { kubeletClient, ca, serving } = identities;
  const jwksUri = `${serverAt(plan.address.text, apiPort)}/openid/v1/jwks`;
  const audit = await auditOf(settings);
  await using started = new AsyncDisposableStack();
  const sharing = sharingOptions(settings);
  const oidc = await oidcOptions(settings);
  const server = await createApiServer({
    catalogue: builtIn,
    store,
    now: Date.now,
    chance: { uuid: randomUUID, number: (below) => randomInt(below) },
    options: {
      gitVersion: settings["kubernetes-version"],
      serviceRanges,
      nodePortRange: settings["service-node-port-range"],
      ...(oidc && { oidc }),
      ...(audit && { audit }),
      inFlight: {
        reading: settings["max-requests-inflight"],
        writing: settings["max-mutating-requests-inflight"],
      },
      tokens: { ...identities.tokenKeys, ...tokenSettings(settings, jwksUri) },
      ...(sharing !== undefined && { sharing }),
      podsByAgents: !plan.reachesPods,
      legacyProxyPaths: settings["legacy-proxy-paths"],
      kubelet: { certificate: kubeletClient.certificate, key: kubeletClient.key, ca },
    },
    report: (fault) => log.warn("a request failed in the server", fault),
  });
  started.defer(() => server.close());
  const master = { user: "system:apiserver", groups: [mastersGroup] };
  const asMaster = inNameOf("kube-apiserver", inProcessTransport(server, master));
  await checkRangesOfData(settings, asMaster);
  await bootstrap(asMaster, {
    apiAddress: plan.address.text,
    apiPort,
    serviceRange,
    serviceRanges,
    loadBalancerBlocks: plan.loadBalancerPool,
  });
  // With who signed it: a machine that joins knows only the hash of that one's key.
  const chain = { ...serving, certificate: `${serving.certificate}${ca}` };
  for (const { text: address } of plan.listen) {
    const listener = await listen(server, { address, port: apiPort, serving: chain, clientCa: ca });
    started.defer(() => listener.close());
  }
  if (sharing !== undefined) {
    const parts = { ...server.sharing, options: sharing, serving: chain, now: Date.now, report: server.report };
    const door = new ShareDoor(parts);
    started.defer(() => door.close());
  }
  started.defer(() => server.drain());
  const running = started.move();
  return { server, stop: () => running.disposeAsync() };
}

/** Links are served where clients of the API come in; undefined: nowhere. */
function sharingOptions(settings: Settings): SharingOptions | undefined {
  const port = settings["share-port"];
  return port === 0 ? undefined : { address: settings["bind-address"].text, port };
}

/** Objects keep their addresses for life, so a cluster keeps the blocks that it was made with. Throws `RangeOfData`. */
async function checkRangesOfData(settings: Settings, transport: Transport): Promise<void> {
  const [service, { items: known }] = await Promise.all([
    orNothing(resourceClient(transport, services).get("default", "kubernetes")),
    resourceClient(transport, nodes).list(""),
  ]);
  const address = parseIp(service?.spec.clusterIP ?? "");
  if (address !== undefined && !settings["service-cluster-ip-range"].some((range) => contains(range, address)))
    throw otherRange(settings, "service-cluster-ip-range", address.text);
  for (const block of known.flatMap(({ spec }) => spec.podCIDRs ?? [])) {
    const ofNode = parseCidr(block);
    const isWithin = settings["cluster-cidr"].some((pods) => ofNode !== undefined && holds(pods, ofNode));
    if (!isWithin) throw otherRange(settings, "cluster-cidr", block);
  }
}

function otherRange(settings: Settings, flag: "cluster-cidr" | "service-cluster-ip-range", kept: string): ClusterFault {
  return new ClusterFault("RangeOfData", {
    what: `this cluster was made with other addresses: it has ${kept}, which does not go with --${flag} ${showBlocks(settings[flag])}`,
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
