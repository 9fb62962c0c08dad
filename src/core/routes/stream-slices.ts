import type { Service } from "#api/core/service.ts";
import { managedByLabel, serviceNameLabel } from "#api/discovery/endpoint-slice/labels.ts";
import type { EndpointSlice } from "#api/discovery/endpoint-slice.ts";
import type { Draft } from "#machinery/schema.ts";
import type { IpFamily } from "#net/ip.ts";
import type { Endpoint } from "../services/service-map.ts";
import { sameValue } from "./same-value.ts";

/** As it is applied, under a name of its own. */
export type SliceDraft = Draft<typeof EndpointSlice> & {
  readonly metadata: { readonly namespace: string; readonly name: string };
};

/** A UDP port of the Service, and who receives its datagrams. */
interface CarriedPort {
  readonly portName: string;
  readonly members: readonly Endpoint[];
}

interface SliceFront {
  readonly service: Service;
  /** Those of this manager. */
  readonly slices: readonly EndpointSlice[];
  readonly manager: string;
}

/** Most that the API takes in one slice. Source: maxEndpoints in pkg/apis/discovery/validation. */
const sliceMost = 1000;

/** Slices have one number for all their endpoints: one for each family and number of a port. */
export function slicesFor(
  carried: readonly CarriedPort[],
  front: SliceFront,
): { readonly write: readonly SliceDraft[]; readonly remove: readonly EndpointSlice[] } {
  const wanted = new Map(carried.flatMap((one) => draftsOf(one, front)).map((draft) => [draft.metadata.name, draft]));
  const known = new Map(front.slices.map((slice) => [slice.metadata.name, slice]));
  return {
    write: [...wanted.values()].filter((draft) => !isWritten(draft, known.get(draft.metadata.name))),
    remove: front.slices.filter(({ metadata }) => !wanted.has(metadata.name)),
  };
}

const isWritten = (draft: SliceDraft, slice: EndpointSlice | undefined): boolean =>
  slice !== undefined && sameValue(draft.ports, slice.ports) && sameValue(draft.endpoints, slice.endpoints);

function draftsOf({ portName, members }: CarriedPort, { service, manager }: SliceFront): readonly SliceDraft[] {
  const { namespace, name, uid } = service.metadata;
  const families = service.spec.ipFamilies;
  const groups = Map.groupBy(members, ({ ip, port }) => `${ip.family.toLowerCase()}-${port}`);
  return [...groups].flatMap(([group, endpoints]) => {
    const [{ ip, port } = { ip: undefined, port: 0 }] = endpoints;
    if (ip === undefined || families?.includes(ip.family) === false) return [];
    return chunksOf(endpoints).map((chunk, i) => ({
      metadata: {
        namespace,
        name: `${name}-${portName}-${group}${i === 0 ? "" : `-${i}`}`,
        labels: { [serviceNameLabel]: name, [managedByLabel]: manager },
        ownerReferences: [{ apiVersion: "v1", kind: "Service", name, uid }],
      },
      addressType: ip.family satisfies IpFamily,
      ports: [{ name: portName, protocol: "UDP" as const, port }],
      endpoints: chunk.map(endpointIn),
    }));
  });
}

const chunksOf = (endpoints: readonly Endpoint[]): readonly (readonly Endpoint[])[] =>
  Array.from({ length: Math.ceil(endpoints.length / sliceMost) }, (_, i) =>
    endpoints.slice(i * sliceMost, (i + 1) * sliceMost),
  );

function endpointIn({ ip, nodeName, pod, condition }: Endpoint) {
  const [podNamespace, podName] = pod?.split("/") ?? [];
  const ready = condition === "ready";
  return {
    addresses: [ip.text],
    conditions: { ready, serving: true, terminating: !ready },
    ...(nodeName !== undefined && { nodeName }),
    ...(podNamespace !== undefined &&
      podName !== undefined && { targetRef: { kind: "Pod", namespace: podNamespace, name: podName } }),
  };
}
