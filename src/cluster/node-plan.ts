import { join } from "node:path";
import { type Ip, mustIp, plus } from "#net/ip.ts";
import { dnsServiceAddress } from "#server/bootstrap/bootstrap.ts";
import { type Network, nodeAddress } from "./machine.ts";
import type { ReportOptions } from "./machine-report.ts";
import { labelsOf } from "./setting-values.ts";
import { primaryServiceRange, type Settings } from "./settings.ts";

/** What follows for one node from the settings and its machine, decided once at the start. */
export interface NodePlan {
  readonly name: string;
  /** Its own: certificates, pods, records of what it changes. */
  readonly folder: string;
  /** InternalIPs, one a family; that of the Services' own family first. */
  readonly addresses: readonly Ip[];
  /** What our own link carries: the DNS address, and the node's where the machine has none. */
  readonly ownAddresses: readonly Ip[];
  readonly dnsAddress: Ip;
  readonly folders: { readonly pods: string; readonly runtime: string; readonly volumes: string };
  readonly report: ReportOptions;
}

/** Who a node is. */
export interface NodePlace {
  readonly name: string;
  readonly folder: string;
  readonly addresses: readonly Ip[];
  /** Those of them that its machine has not of itself. */
  readonly missing: readonly Ip[];
}

export function nodePlan(settings: Settings, { name, folder, addresses, missing }: NodePlace): NodePlan {
  const dnsAddress = mustIp(dnsServiceAddress(primaryServiceRange(settings)));
  const pods = join(folder, "pods");
  return {
    name,
    folder,
    addresses,
    ownAddresses: [dnsAddress, ...missing],
    dnsAddress,
    folders: { pods, runtime: join(pods, "runtime"), volumes: join(pods, "volumes") },
    report: {
      name,
      addresses: addresses.map(({ text }) => text),
      labels: labelsOf(settings["node-labels"], name),
      kubernetesVersion: settings["kubernetes-version"],
      dataDir: folder,
    },
  };
}

/** A machine as a node: its addresses, those of the default routes. */
export function machinePlace(
  settings: Settings,
  networks: readonly Network[],
): Pick<NodePlace, "addresses" | "missing"> {
  const places = settings["service-cluster-ip-range"].map(({ family }, index) => {
    const own = nodeAddress(networks[index] ?? { routes: [], addresses: [] });
    const pods = settings["cluster-cidr"].find((block) => block.family === family);
    // Without a default route the machine has no address that pods could use: the first of the pods' block becomes it.
    return { own, address: own ?? (pods === undefined ? undefined : plus(pods.first, 1n)) };
  });
  return {
    addresses: places.flatMap(({ address }) => address ?? []),
    missing: places.flatMap(({ own, address }) => (own === undefined ? (address ?? []) : [])),
  };
}
