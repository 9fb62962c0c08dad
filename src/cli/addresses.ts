import type { Service, ServicePort } from "#api/core/service.ts";
import type { Protocol } from "#net/port.ts";

/** One way of reaching a Service. */
export interface Address {
  /** "hello:http" */
  readonly service: string;
  readonly via: "ClusterIP" | "DNS" | "NodePort" | "ExternalName" | "Ingress";
  readonly host: string;
  /** Where it is asked, whatever its name leads to. */
  readonly at?: string;
  /** `/` where absent. */
  readonly path?: string;
  /** 0: a name alone, as an ExternalName's is. */
  readonly port: number;
  readonly protocol: Protocol;
  readonly from: "this machine, pods" | "nodes, pods" | "pods" | "everywhere";
}

export interface Surroundings {
  /** Whether this machine is the node: it has the cluster's rules then. */
  readonly isNode: boolean;
  readonly nodeAddress: string;
  readonly clusterDomain: string;
}

/**
 * Every address of a Service, in the order in which people ask for them. `targets` are the pods' ports, by the name of the
 * Service's: a headless Service's name leads to the pods themselves, so it is their port that answers.
 */
export function addressesOf(
  service: Service,
  around: Surroundings,
  targets: ReadonlyMap<string, number> = new Map(),
): readonly Address[] {
  const { metadata, spec } = service;
  const name = `${metadata.name}.${metadata.namespace}.svc.${around.clusterDomain}`;
  if (spec.type === "ExternalName") {
    const service = titleOf({ metadata, spec });
    return [{ service, via: "ExternalName", host: name, port: 0, protocol: "TCP", from: "pods" }];
  }
  const isHeadless = spec.clusterIP === "None" || spec.clusterIP === undefined;
  return (spec.ports ?? []).flatMap((port): readonly Address[] => {
    const own = { service: titleOf(service, port), protocol: port.protocol };
    const target = isHeadless ? (targets.get(port.name ?? "") ?? targetPortOf(port)) : port.port;
    const byName: Address = { ...own, via: "DNS", host: name, port: target, from: "pods" };
    if (spec.clusterIP === "None" || spec.clusterIP === undefined) return [byName];
    const { clusterIP: host } = spec;
    const byAddress: Address = {
      ...own,
      via: "ClusterIP",
      host,
      port: port.port,
      from: around.isNode ? "this machine, pods" : "nodes, pods",
    };
    const { nodePort } = port;
    const onNode: readonly Address[] =
      nodePort === undefined
        ? []
        : [{ ...own, via: "NodePort", host: around.nodeAddress, port: nodePort, from: "everywhere" }];
    return [byAddress, byName, ...onNode];
  });
}

function titleOf({ metadata, spec }: Pick<Service, "metadata" | "spec">, port?: ServicePort): string {
  const own = metadata.namespace === "default" ? metadata.name : `${metadata.namespace}/${metadata.name}`;
  return (spec.ports?.length ?? 0) > 1 && port?.name !== undefined ? `${own}:${port.name}` : own;
}

const targetPortOf = ({ targetPort, port }: ServicePort): number =>
  typeof targetPort === "number" ? targetPort : port;
