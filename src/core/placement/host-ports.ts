import type { Pod } from "#api/core/pod.ts";

/** A port of the node itself that a pod takes. */
export interface HostPort {
  /** "0.0.0.0" for every address. */
  readonly ip: string;
  readonly protocol: string;
  readonly port: number;
}

export const hostPortsOf = ({ spec }: Pod): readonly HostPort[] =>
  [...spec.containers, ...(spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === "Always")]
    .flatMap(({ ports }) => ports ?? [])
    .flatMap(({ hostIP, hostPort, protocol }) =>
      hostPort === undefined || hostPort === 0 ? [] : [{ ip: anyAddress(hostIP), protocol, port: hostPort }],
    );

const anyAddress = (ip: string | undefined): string => (ip === undefined || ip === "" || ip === "::" ? "0.0.0.0" : ip);

/** Two pods may share a number when address or protocol differs. */
export const collide = (a: HostPort, b: HostPort): boolean =>
  a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || a.ip === "0.0.0.0" || b.ip === "0.0.0.0");
