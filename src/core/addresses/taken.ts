import type { Service } from "#api/core/service.ts";
import type { Cidr } from "#net/cidr.ts";
import type { IpFamily } from "#net/ip.ts";
import type { PortRange } from "#net/port.ts";
import type { Random } from "./pool.ts";

/** What an assignment is decided upon. */
export interface Facts {
  /** One block a family; the first is of the cluster's own family. */
  readonly ranges: readonly Cidr[];
  /** Blocks that were added while the cluster runs, of any family of its own: they give what the first ones can't. */
  readonly further: readonly Cidr[];
  readonly nodePorts: PortRange;
  /** By the address's canonical text. */
  readonly isAddressTaken: (address: string) => boolean;
  readonly isPortTaken: (port: number) => boolean;
  readonly random: Random;
}

export const rangeOf = ({ ranges }: Facts, family: IpFamily): Cidr | undefined =>
  ranges.find((range) => range.family === family);

/** Every block of a family, in the order in which they are asked. */
export const rangesOf = ({ ranges, further }: Facts, family: IpFamily): readonly Cidr[] =>
  [...ranges, ...further].filter((range) => range.family === family);

/** What a Service holds while it exists. */
export interface Holding {
  readonly addresses: readonly string[];
  readonly ports: readonly number[];
}

export function holdingOf({ spec }: Service): Holding {
  const ports = new Set<number>();
  for (const { nodePort } of spec.ports ?? []) if (nodePort !== undefined && nodePort !== 0) ports.add(nodePort);
  if (spec.healthCheckNodePort !== undefined && spec.healthCheckNodePort !== 0) ports.add(spec.healthCheckNodePort);
  return { addresses: (spec.clusterIPs ?? []).filter((ip) => ip !== "" && ip !== "None"), ports: [...ports] };
}

export const needsClusterIp = ({ spec }: Service): boolean => spec.type !== "ExternalName";
export const needsNodePorts = ({ spec }: Service): boolean => spec.type === "NodePort" || spec.type === "LoadBalancer";
export const needsHealthCheckPort = ({ spec }: Service): boolean =>
  spec.type === "LoadBalancer" && spec.externalTrafficPolicy === "Local";
export const isHeadless = ({ spec }: Service): boolean => spec.clusterIPs?.[0] === "None" || spec.clusterIP === "None";
