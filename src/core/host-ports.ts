import type { Pod } from "#api/core/pod.ts";
import type { Protocol } from "#net/port.ts";

/** A port of the node itself that a pod takes. */
export interface HostPort {
  /** "0.0.0.0" for every address. */
  readonly ip: string;
  readonly protocol: Protocol;
  readonly port: number;
  /** Where the pod's container listens; the same on the node's own network. */
  readonly containerPort: number;
}

/** Of the containers that run side by side: the main ones and the sidecars. */
export const hostPortsOf = ({ spec }: Pick<Pod, "spec">): readonly HostPort[] =>
  [...spec.containers, ...(spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === "Always")]
    .flatMap(({ ports }) => ports ?? [])
    .flatMap(({ hostIP, hostPort, containerPort, protocol }) =>
      hostPort === undefined || hostPort === 0
        ? []
        : [{ ip: anyAddress(hostIP), protocol, port: hostPort, containerPort }],
    );

const anyAddress = (ip: string | undefined): string => (ip === undefined || ip === "" || ip === "::" ? "0.0.0.0" : ip);

/** Two pods may share a number when address or protocol differs. */
export const collide = (a: HostPort, b: HostPort): boolean =>
  a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || a.ip === "0.0.0.0" || b.ip === "0.0.0.0");

/** Whether it is reached at its node's addresses, on the node's own network or through a port of it. */
export const isOnHost = (pod: Pick<Pod, "spec">): boolean =>
  pod.spec.hostNetwork === true || hostPortsOf(pod).length > 0;
