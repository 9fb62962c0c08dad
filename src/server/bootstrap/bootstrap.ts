import { nodeLeaseNamespace } from "#api/coordination/lease.ts";
import { serviceNameLabel, skipMirrorLabel } from "#api/discovery/endpoint-slice/labels.ts";
import { ownClass, ownController } from "#api/networking/ingress-class/own.ts";
import { defaultClassAnnotation } from "#api/networking/ingress-class/rules.ts";
import { systemPriorities } from "#api/scheduling/priority-class/rules.ts";
import type { Transport } from "#client/transport.ts";
import { isJsonObject } from "#machinery/json.ts";
import type { Cidr } from "#net/cidr.ts";
import { plus } from "#net/ip.ts";
import { ensure, renew, type Sketch, send } from "./bootstrap-objects.ts";
import { provideAccess } from "./default-access.ts";

/** What the first objects of a cluster say of it. */
export interface Foundation {
  /** Where nodes and pods reach the API. */
  readonly apiAddress: string;
  readonly apiPort: number;
  readonly serviceRange: Cidr;
  /** One a family, that one first. */
  readonly serviceRanges: readonly Cidr[];
  /** Of the pool called `default`. */
  readonly loadBalancerBlocks: readonly Cidr[];
}

/** The API's address inside the cluster: the first of the range. */
export const apiServiceAddress = (range: Cidr): string => plus(range.first, 1n).text;
/** The resolver's: the tenth, as is the custom. */
export const dnsServiceAddress = (range: Cidr): string => plus(range.first, 10n).text;

/**
 * Makes the objects that every cluster has, and brings those up to date that say where the API is. To be called again when that changes.
 * Throws `BootstrapRefused`.
 */
export async function bootstrap(api: Transport, foundation: Foundation): Promise<void> {
  const names = ["default", "kube-system", "kube-public", nodeLeaseNamespace];
  await Promise.all(
    names.map((name) => ensure(api, "/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name } })),
  );
  await Promise.all([
    provideAccess(api),
    ...systemPriorities.map(({ name, ...rest }) =>
      ensure(api, "/apis/scheduling.k8s.io/v1/priorityclasses", systemClass(name, rest)),
    ),
    renew(api, "/api/v1/namespaces/default/services", apiService(foundation)),
    ensure(api, "/api/v1/namespaces/kube-system/services", dnsService(foundation)),
    renew(api, "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices", apiSlice(foundation)),
    renew(api, "/api/v1/namespaces/default/endpoints", apiEndpoints(foundation)),
    ensure(api, "/apis/networking.k8s.io/v1/servicecidrs", ownRange(foundation)),
    ensure(api, "/apis/networking.k8s.io/v1/ingressclasses", ownIngressClass),
    ...(foundation.loadBalancerBlocks.length > 0 ? [providePool(api, foundation.loadBalancerBlocks)] : []),
  ]);
}

const systemClass = (name: string, rest: { readonly value: number; readonly description: string }): Sketch => ({
  apiVersion: "scheduling.k8s.io/v1",
  kind: "PriorityClass",
  metadata: { name },
  ...rest,
});

const pools = "/apis/portolan.io/v1/loadbalancerpools";
/** What the setting said when the pool was last made after it: only a new word of the setting undoes what users have changed. */
const poolAnnotation = "portolan.io/load-balancer-pool";

async function providePool(api: Transport, blocks: readonly Cidr[]): Promise<void> {
  const said = blocks.map(({ text }) => text).join(",");
  const pool: Sketch = {
    apiVersion: "portolan.io/v1",
    kind: "LoadBalancerPool",
    metadata: { name: "default", annotations: { [poolAnnotation]: said } },
    spec: { blocks: blocks.map(({ text }) => ({ cidr: text })) },
  };
  const found = await send(api, "GET", `${pools}/${pool.metadata.name}`);
  if (found.status === 200 && annotationIn(found.text, poolAnnotation) === said) return;
  await renew(api, pools, pool);
}

function annotationIn(text: string, name: string): unknown {
  const object: unknown = JSON.parse(text);
  const metadata = isJsonObject(object) ? object.metadata : undefined;
  const annotations = isJsonObject(metadata) ? metadata.annotations : undefined;
  return isJsonObject(annotations) ? annotations[name] : undefined;
}

const apiService = ({ serviceRange, apiPort }: Foundation): Sketch => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "kubernetes", labels: { component: "apiserver", provider: "kubernetes" } },
  spec: {
    clusterIP: apiServiceAddress(serviceRange),
    ports: [{ name: "https", port: 443, protocol: "TCP", targetPort: apiPort }],
  },
});

/** Where addresses come from; whether they do is the controller's to say. */
const ownRange = ({ serviceRanges }: Foundation): Sketch => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "ServiceCIDR",
  metadata: { name: "kubernetes" },
  spec: { cidrs: serviceRanges.map(({ text }) => text) },
});

/** For Ingresses that name no class. Users may take that mark away from it, and give it to another. */
const ownIngressClass: Sketch = {
  apiVersion: "networking.k8s.io/v1",
  kind: "IngressClass",
  metadata: { name: ownClass, annotations: { [defaultClassAnnotation]: "true" } },
  spec: { controller: ownController },
};

const apiSlice = ({ apiAddress, apiPort, serviceRange }: Foundation): Sketch => ({
  apiVersion: "discovery.k8s.io/v1",
  kind: "EndpointSlice",
  metadata: { name: "kubernetes", labels: { [serviceNameLabel]: "kubernetes" } },
  addressType: serviceRange.family,
  endpoints: [{ addresses: [apiAddress], conditions: { ready: true } }],
  ports: [{ name: "https", port: apiPort, protocol: "TCP" }],
});

const apiEndpoints = ({ apiAddress, apiPort }: Foundation): Sketch => ({
  apiVersion: "v1",
  kind: "Endpoints",
  metadata: { name: "kubernetes", labels: { [skipMirrorLabel]: "true" } },
  subsets: [{ addresses: [{ ip: apiAddress }], ports: [{ name: "https", port: apiPort, protocol: "TCP" }] }],
});

/** Every node answers its own pods at this address: no pod stands behind it, and the proxy leaves it alone. */
const dnsService = ({ serviceRange }: Foundation): Sketch => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: {
    name: "kube-dns",
    labels: {
      "k8s-app": "kube-dns",
      "kubernetes.io/cluster-service": "true",
      "kubernetes.io/name": "PortolanDNS",
      "service.kubernetes.io/service-proxy-name": "portolan-dns",
    },
  },
  spec: {
    clusterIP: dnsServiceAddress(serviceRange),
    ports: [
      { name: "dns", port: 53, protocol: "UDP", targetPort: 53 },
      { name: "dns-tcp", port: 53, protocol: "TCP", targetPort: 53 },
    ],
  },
});
