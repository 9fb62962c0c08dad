import type { EndpointAddress, EndpointSubset, Endpoints, EndpointsPort } from "#api/core/endpoints.ts";
import type { Pod } from "#api/core/pod.ts";
import type { Service } from "#api/core/service.ts";
import { headlessLabel } from "#api/discovery/endpoint-slice/labels.ts";
import { parseIp } from "#net/ip.ts";
import { sameJson } from "../same-json.ts";
import { addressOf, backingOf, familiesOf, hostnameIn, portsAt } from "./service-pods.ts";

export const endpointsManagedBy = "endpoints.kubernetes.io/managed-by";
export const endpointsController = "endpoint-controller";
const overCapacity = "endpoints.kubernetes.io/over-capacity";
/** Source: maxCapacity in pkg/controller/endpoint of Kubernetes. */
const addressesMost = 1000;

export interface EndpointsDraft {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly subsets?: readonly EndpointSubset[];
}

/** The same facts as the slices, in the older form: one family, at most 1000 addresses. undefined where `present` says so already. */
export function planEndpoints(
  service: Service,
  pods: readonly Pod[],
  present: Endpoints | undefined,
): EndpointsDraft | undefined {
  const { name, namespace, labels } = service.metadata;
  const { subsets, truncated } = subsetsOf(service, pods);
  const { [overCapacity]: _, ...others } = present?.metadata.annotations ?? {};
  const annotations = { ...others, ...(truncated && { [overCapacity]: "truncated" }) };
  const next: EndpointsDraft = {
    metadata: {
      name,
      namespace,
      labels: {
        ...labels,
        ...(service.spec.clusterIP === "None" && { [headlessLabel]: "" }),
        [endpointsManagedBy]: endpointsController,
      },
      ...(Object.keys(annotations).length > 0 && { annotations }),
    },
    ...(subsets.length > 0 && { subsets }),
  };
  const said = present && {
    metadata: {
      name,
      namespace,
      labels: present.metadata.labels ?? {},
      ...(present.metadata.annotations && { annotations: present.metadata.annotations }),
    },
    ...(present.subsets && { subsets: present.subsets }),
  };
  return sameJson(next, said) ? undefined : next;
}

interface Collected {
  readonly ports: readonly EndpointsPort[];
  readonly ready: EndpointAddress[];
  readonly notReady: EndpointAddress[];
}

function subsetsOf(
  service: Service,
  pods: readonly Pod[],
): { readonly subsets: readonly EndpointSubset[]; readonly truncated: boolean } {
  const [family = "IPv4"] = familiesOf(service);
  const groups = new Map<string, Collected>();
  let count = 0;
  // ready ones first, so that truncation takes the others
  const judged = pods.flatMap((pod) => {
    const backing = backingOf(service, pod);
    const ip = addressOf(pod, family);
    if (backing === undefined || ip === undefined) return [];
    const { ready, terminating } = backing;
    return terminating && !ready ? [] : [{ pod, ip, ready, number: parseIp(ip)?.number ?? 0n }];
  });
  for (const { pod, ip, ready } of judged.toSorted(byUse)) {
    const ports = portsAt(service, pod).map(({ name, ...port }) => ({ ...(name !== "" && { name }), ...port }));
    if (ports.length === 0 && (service.spec.ports ?? []).length > 0) continue;
    if (++count > addressesMost) continue;
    const key = JSON.stringify(ports); // always built in one order of fields
    const group: Collected = groups.get(key) ?? { ports, ready: [], notReady: [] };
    groups.set(key, group);
    (ready ? group.ready : group.notReady).push(addressEntry(service, pod, ip));
  }
  const subsets = [...groups.values()].map(({ ports, ready, notReady }) => ({
    ...(ready.length > 0 && { addresses: ready }),
    ...(notReady.length > 0 && { notReadyAddresses: notReady }),
    ...(ports.length > 0 && { ports }),
  }));
  return { subsets, truncated: count > addressesMost };
}

interface Placed {
  readonly ready: boolean;
  /** Its address as a number. */
  readonly number: bigint;
}
const byUse = (a: Placed, b: Placed): number => Number(b.ready) - Number(a.ready) || (a.number < b.number ? -1 : 1);

function addressEntry(service: Service, pod: Pod, ip: string): EndpointAddress {
  const hostname = hostnameIn(service, pod);
  const { namespace, name, uid } = pod.metadata;
  return {
    ip,
    ...(hostname !== undefined && { hostname }),
    ...(pod.spec.nodeName !== undefined && { nodeName: pod.spec.nodeName }),
    targetRef: { kind: "Pod", namespace, name, uid },
  };
}
