import { join } from "node:path";
import { type Cidr, subnet } from "#net/cidr.ts";
import { type Ip, mustIp, plus } from "#net/ip.ts";
import { apiServiceAddress, dnsServiceAddress } from "#server/bootstrap.ts";
import type { IdentityNames } from "./identities.ts";
import { nodeAddress, readRoutes } from "./machine.ts";
import type { ReportOptions } from "./machine-report.ts";
import type { Settings } from "./settings.ts";

/** What follows from the settings and the machine, decided once at the start. */
export interface NodePlan {
  readonly nodeName: string;
  readonly nodeAddress: Ip;
  /** What our own link carries: the DNS address, and the node's where the machine has none. */
  readonly ownAddresses: readonly Ip[];
  readonly dnsAddress: Ip;
  readonly podCidr: Cidr;
  readonly folders: { readonly pods: string; readonly runtime: string; readonly volumes: string };
  readonly identityNames: IdentityNames;
  readonly report: ReportOptions;
}

/** Where the API listens: where clients from outside may come in, and at the node's own address. An unspecified one covers all. */
export function listenAddresses(settings: Settings, { nodeAddress }: NodePlan): readonly Ip[] {
  const asked = settings["bind-address"];
  if (asked.number === 0n || asked.text === nodeAddress.text) return [asked];
  return [asked, nodeAddress];
}

const nodeName = "node-1";
const nodeBlockPrefix = 24;

export async function nodePlan(settings: Settings): Promise<NodePlan> {
  const range = settings["service-cluster-ip-range"];
  const podCidr = subnet(settings["cluster-cidr"], nodeBlockPrefix, 0);
  if (podCidr === undefined) throw new RangeError(`no /${nodeBlockPrefix} in ${settings["cluster-cidr"].text}`);
  const machine = nodeAddress(await readRoutes());
  // Without a default route the machine has no address that pods could use: the first of the pods' block becomes it.
  const address = machine ?? plus(podCidr.first, 1n);
  const dnsAddress = mustIp(dnsServiceAddress(range));
  const domain = settings["cluster-domain"];
  const pods = join(settings["data-dir"], "pods");
  return {
    nodeName,
    nodeAddress: address,
    ownAddresses: machine === undefined ? [dnsAddress, address] : [dnsAddress],
    dnsAddress,
    podCidr,
    folders: { pods, runtime: join(pods, "runtime"), volumes: join(pods, "volumes") },
    identityNames: {
      apiHosts: [
        ...[
          "kubernetes",
          "kubernetes.default",
          "kubernetes.default.svc",
          `kubernetes.default.svc.${domain}`,
          "localhost",
        ],
        ...[apiServiceAddress(range), "127.0.0.1", settings["bind-address"].text, address.text],
      ],
      nodeName,
      nodeAddress: address.text,
    },
    report: {
      name: nodeName,
      addresses: [address.text],
      labels: settings["node-labels"],
      kubernetesVersion: settings["kubernetes-version"],
      dataDir: settings["data-dir"],
    },
  };
}
