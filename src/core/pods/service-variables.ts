import type { Pod } from "#api/core/pod.ts";
import type { Service } from "#api/core/service.ts";
import { showHost } from "#net/http1/authority.ts";

/**
 * The variables that tell a container of the Services around it: `REDIS_SERVICE_HOST`, `REDIS_SERVICE_PORT`,
 * `REDIS_PORT_6379_TCP`, … With `enableServiceLinks: false` only those of `default/kubernetes`.
 * Source: the kubelet's envvars.FromServices.
 */
export function serviceVariables(pod: Pod, services: readonly Service[]): Map<string, string> {
  const isMaster = ({ metadata }: Service): boolean =>
    metadata.namespace === "default" && metadata.name === "kubernetes";
  const seen = services.filter(
    (service) =>
      isMaster(service) || (pod.spec.enableServiceLinks && service.metadata.namespace === pod.metadata.namespace),
  );
  // The pod's own namespace wins over default/kubernetes where it has a Service of that name.
  const ordered = seen.toSorted((a, b) => Number(isMaster(b)) - Number(isMaster(a)));
  return new Map(ordered.flatMap(variablesOf));
}

function variablesOf({ metadata, spec }: Service): readonly (readonly [string, string])[] {
  const { clusterIP, ports = [] } = spec;
  const [first] = ports;
  if (clusterIP === undefined || clusterIP === "None" || first === undefined) return [];
  const name = shout(metadata.name);
  const host = showHost(clusterIP);
  return [
    [`${name}_SERVICE_HOST`, clusterIP],
    [`${name}_SERVICE_PORT`, String(first.port)],
    ...ports.flatMap((port): [string, string][] =>
      port.name === undefined ? [] : [[`${name}_SERVICE_PORT_${shout(port.name)}`, String(port.port)]],
    ),
    [`${name}_PORT`, `${first.protocol.toLowerCase()}://${host}:${first.port}`],
    ...ports.flatMap(({ port, protocol }): [string, string][] => {
      const prefix = `${name}_PORT_${port}_${protocol}`;
      return [
        [prefix, `${protocol.toLowerCase()}://${host}:${port}`],
        [`${prefix}_PROTO`, protocol.toLowerCase()],
        [`${prefix}_PORT`, String(port)],
        [`${prefix}_ADDR`, clusterIP],
      ];
    }),
  ];
}

const shout = (name: string): string => name.toUpperCase().replaceAll("-", "_");
