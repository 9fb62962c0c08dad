/** The Leases by which nodes agree on who announces what. */
import type { Ip } from "#net/ip.ts";

export const announcingNamespace = "kube-system";

const nodePrefix = "announcer.";
const recordPrefix = "announced.";

/** What a node renews while it announces something; one a node, however many addresses it has. */
export const nodeLeaseName = (node: string): string => `${nodePrefix}${node}`;
/** The node of such a Lease; undefined for other Leases. */
export const nodeOfLease = (name: string): string | undefined =>
  name.startsWith(nodePrefix) ? name.slice(nodePrefix.length) : undefined;

/** What says which node has the address. Nobody renews it: it counts as long as that node's own Lease does. */
export const recordName = ({ family, text, number }: Ip): string =>
  `${recordPrefix}${family === "IPv4" ? text : number.toString(16).padStart(32, "0")}`;
export const isRecordName = (name: string): boolean => name.startsWith(recordPrefix);

/**
 * Whether a Lease is one of these. Every node may write all of them, since a node that is silent is ended by the others; what a
 * node that lies could gain by it, it could take on the LAN anyway.
 */
export const isAnnouncingLease = ({
  namespace,
  name,
}: {
  readonly namespace?: string | undefined;
  readonly name: string;
}): boolean => namespace === announcingNamespace && (nodeOfLease(name) !== undefined || isRecordName(name));
