import type { Pod } from "#api/core/pod.ts";
import { parseIp } from "#net/ip.ts";
import { isOnHost } from "../host-ports.ts";
import { isFinished } from "../pod-state.ts";
import { isHostLabel, lowerName, type Name } from "./name.ts";
import type { Rdata } from "./record.ts";
import type { OwnNames } from "./service-names.ts";

/** What a name tells of a pod that is reached at its node. */
export interface HostPod extends Pick<Pod, "spec" | "status"> {
  readonly metadata: Pick<Pod["metadata"], "name" | "namespace">;
}

/**
 * `<pod>.<namespace>.hostport.<domain>`: the addresses of the node on which a pod with host ports runs, wherever that is.
 * undefined where it has no node, has ended, is on no node's network, or where its name can't be a label.
 */
export function hostPortNames(pod: HostPod, domain: Name): OwnNames | undefined {
  const { name, namespace } = pod.metadata;
  if (!isOnHost(pod) || isFinished(pod) || !isHostLabel(name) || !isHostLabel(namespace)) return undefined;
  const { hostIP, hostIPs = hostIP === undefined ? [] : [{ ip: hostIP }] } = pod.status;
  const addresses = hostIPs.map(({ ip }) => parseIp(ip)).filter((ip) => ip !== undefined);
  if (addresses.length === 0) return undefined;
  const records = addresses.map((address): Rdata => ({ type: address.family === "IPv4" ? "A" : "AAAA", address }));
  const within = lowerName(`${namespace}.hostport.${domain}`);
  return { within, forward: new Map([[lowerName(`${name}.${within}`), records]]), reverse: [] };
}
