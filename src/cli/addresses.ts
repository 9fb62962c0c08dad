import type { Service, ServicePort } from "#api/core/service.ts";
import type { Protocol } from "#net/port.ts";

/** One way of reaching a Service. */
export interface Address {
  /** "hello:http" */
  readonly service: string;
  readonly via: "ClusterIP" | "DNS" | "NodePort";
  readonly host: string;
  readonly port: number;
  readonly protocol: Protocol;
  readonly from: "this machine, pods" | "pods" | "everywhere";
}

export interface Surroundings {
  readonly nodeAddress: string;
  readonly clusterDomain: string;
}

/** Every address of a Service, in the order in which people ask for them. */
export function addressesOf(service: Service, { nodeAddress, clusterDomain }: Surroundings): readonly Address[] {
  const { metadata, spec } = service;
  const name = `${metadata.name}.${metadata.namespace}.svc.${clusterDomain}`;
  const isHeadless = spec.clusterIP === "None";
  return (spec.ports ?? []).flatMap((port): readonly Address[] => {
    const { protocol } = port;
    const own = { service: titleOf(service, port), protocol };
    const target = isHeadless ? targetPortOf(port) : port.port;
    const byName: Address = { ...own, via: "DNS", host: name, port: target, from: "pods" };
    if (isHeadless || spec.clusterIP === undefined) return [byName];
    const byAddress: Address = {
      ...own,
      via: "ClusterIP",
      host: spec.clusterIP,
      port: port.port,
      from: "this machine, pods",
    };
    const onNode: readonly Address[] =
      port.nodePort === undefined
        ? []
        : [{ ...own, via: "NodePort", host: nodeAddress, port: port.nodePort, from: "everywhere" }];
    return [byAddress, byName, ...onNode];
  });
}

const titleOf = ({ metadata, spec }: Service, { name }: ServicePort): string =>
  (spec.ports?.length ?? 0) > 1 && name !== undefined ? `${metadata.name}:${name}` : metadata.name;

/** A headless Service's name leads to the pods themselves, so it is their port that answers. */
const targetPortOf = ({ targetPort, port }: ServicePort): number =>
  typeof targetPort === "number" ? targetPort : port;
