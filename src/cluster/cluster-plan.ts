import type { Cidr } from "#net/cidr.ts";
import type { Ip } from "#net/ip.ts";
import { apiServiceAddress } from "#server/bootstrap/bootstrap.ts";
import { ClusterFault } from "./faults.ts";
import { type Lan, lanAddresses, lanOf, machineAddresses, poolOf } from "./lan.ts";
import { type Network, nodeAddress, readNetwork } from "./machine.ts";
import { namesOf, nodeFolder } from "./node-network.ts";
import { machinePlace, type NodePlan, nodePlan } from "./node-plan.ts";
import { type Asked, primaryServiceRange, type Settings } from "./settings.ts";

/** What the API, the controllers and the scheduler need of the machine. */
export interface ControlPlan {
  /** Where nodes and pods reach the API. */
  readonly address: Ip;
  /** Where it listens: there, and where clients from outside may come in. */
  readonly listen: readonly Ip[];
  /** Addresses that this machine has only once we have given them to it. */
  readonly ownAddresses: readonly Ip[];
  /** Every name and address that clients know it by. */
  readonly apiHosts: readonly string[];
  /** Of load balancers. */
  readonly loadBalancerPool: readonly Cidr[];
  /** Whether this machine has the way to pods that nodes have, since it is one. */
  readonly reachesPods: boolean;
}

/** What follows from the settings and the machine, decided once at the start. */
export interface ClusterPlan {
  readonly control: ControlPlan;
  readonly nodes: readonly NodePlan[];
  /** The network that several nodes stand on; undefined where the machine itself is the node. */
  readonly lan: Lan | undefined;
}

/** The networks of this machine, in the order of the cluster's families. */
export const networksFor = (settings: Settings): Promise<readonly Network[]> =>
  Promise.all(settings["service-cluster-ip-range"].map(({ family }) => readNetwork(family)));

/** What this machine's network looks like. */
export interface MachineNetwork {
  /** In the order of the cluster's families. */
  readonly networks: readonly Network[];
  /** Blocks that it uses only because of an earlier run of this cluster. */
  readonly ours: readonly Cidr[];
}

/** Throws `RangeOnMachine`, `AddressMissing`. */
export function clusterPlan(settings: Settings, machine: MachineNetwork, role: Asked["role"]): ClusterPlan {
  if (role === "server") return serverPlan(settings, machine);
  const lan = freeLan(settings, machine);
  const dataDir = settings["data-dir"];
  if (settings.nodes === 1) {
    const place = machinePlace(settings, machine.networks);
    const node = nodePlan(settings, { name: nodeName(1), folder: dataDir, ...place });
    return {
      control: {
        ...controlPlan(settings, { pool: poolOf(lan), addresses: place.addresses, own: node.ownAddresses }),
        reachesPods: true,
      },
      nodes: [node],
      lan: undefined,
    };
  }
  const nodes = Array.from({ length: settings.nodes }, (_, index) => {
    const name = nodeName(index + 1);
    const place = { name, folder: nodeFolder(dataDir, name), addresses: lanAddresses(lan, index + 1), missing: [] };
    return nodePlan(settings, place);
  });
  const addresses = machineAddresses(lan);
  return { control: controlPlan(settings, { pool: poolOf(lan), addresses, own: addresses }), nodes, lan };
}

/** Its nodes are other machines, on networks that it knows nothing of: only they can have addresses for load balancers there. */
function serverPlan(settings: Settings, { networks }: MachineNetwork): ClusterPlan {
  const asked = settings["bind-address"];
  const isOutside = asked.number !== 0n && asked.text !== "127.0.0.1" && asked.text !== "::1";
  const addresses = isOutside ? [asked] : networks.flatMap((network) => nodeAddress(network) ?? []);
  if (addresses.length === 0) {
    throw new ClusterFault("AddressMissing", {
      what: "this machine has no default route, so its address among the nodes is not known",
      where: "--bind-address",
      fix: "give the address at which nodes reach this machine",
    });
  }
  return { control: controlPlan(settings, { pool: [], addresses, own: [] }), nodes: [], lan: undefined };
}

const nodeName = (number: number): string => `node-${number}`;

function freeLan(settings: Settings, { networks, ours }: MachineNetwork): Lan {
  const dataDir = settings["data-dir"];
  const isOurs = (block: Cidr): boolean => ours.some(({ text }) => text === block.text);
  const taken = networks.flatMap(({ routes }) => routes.map(({ to }) => to)).filter((to) => to.prefixLength > 0);
  const asked = [...settings["cluster-cidr"], ...settings["service-cluster-ip-range"]];
  const families = settings["service-cluster-ip-range"].map(({ family }) => family);
  const lan = lanOf(dataDir, families, [...taken.filter((block) => !isOurs(block)), ...asked]);
  if (lan !== undefined) return lan;
  throw new ClusterFault("RangeOnMachine", {
    what: "no block of private addresses is free for the cluster's own network",
    where: namesOf(dataDir).bridge,
    fix: "see with `ip route` what uses 172.30.0.0/16, 10.30.0.0/16 and 192.168.0.0/16, and free a /24 of them",
  });
}

interface ControlPlace {
  /** Where no other is asked for. */
  readonly pool: readonly Cidr[];
  readonly addresses: readonly Ip[];
  readonly own: readonly Ip[];
}

function controlPlan(settings: Settings, { pool, addresses, own }: ControlPlace): ControlPlan {
  const range = primaryServiceRange(settings);
  const [address] = addresses;
  if (address === undefined) throw new RangeError("a machine has an address of the Services' family");
  const asked = settings["bind-address"];
  const domain = settings["cluster-domain"];
  const names = ["kubernetes", "kubernetes.default", "kubernetes.default.svc", `kubernetes.default.svc.${domain}`];
  const askedPool = settings["load-balancer-pool"];
  return {
    address,
    // An unspecified address covers all.
    listen: asked.number === 0n || asked.text === address.text ? [asked] : [asked, address],
    ownAddresses: own,
    apiHosts: [...names, "localhost", apiServiceAddress(range), "127.0.0.1", asked.text, address.text],
    loadBalancerPool: askedPool.length > 0 ? askedPool : pool,
    reachesPods: false,
  };
}
