import { type Service, services } from "#api/core/service.ts";
import { type EndpointSlice, endpointSlices } from "#api/discovery/endpoint-slice.ts";
import { readAs } from "#client/wire.ts";

/** The `n`-th Service of the bench: one TCP port, an address in 10.96.0.0/16. */
export const vipOf = (n: number): string => `10.96.${n >> 8}.${n & 255}`;
/** Its two endpoints, all different, in 10.128.0.0/9. */
export const endpointOf = (n: number, which: number): string =>
  `10.${128 + (n >> 14)}.${(n >> 6) & 255}.${((n & 63) << 2) + which + 1}`;

export const serviceOf = (n: number): Service =>
  readAs(services, {
    metadata: { namespace: "default", name: `s${n}`, creationTimestamp: "2026-01-01T00:00:00Z" },
    spec: { type: "ClusterIP", clusterIP: vipOf(n), clusterIPs: [vipOf(n)], ports: [{ port: 80, protocol: "TCP" }] },
  });

export const sliceOf = (n: number, addresses: readonly string[]): EndpointSlice =>
  readAs(endpointSlices, {
    metadata: { namespace: "default", name: `s${n}-1`, labels: { "kubernetes.io/service-name": `s${n}` } },
    addressType: "IPv4",
    ports: [{ name: "", protocol: "TCP", port: 8080 }],
    endpoints: addresses.map((address) => ({ addresses: [address], nodeName: "node-2", conditions: { ready: true } })),
  });
