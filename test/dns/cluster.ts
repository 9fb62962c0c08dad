import type { HostPod } from "#core/dns/host-port-names.ts";
import type { HostedIngress } from "#core/dns/ingress-hosts.ts";
import type { NamedService } from "#core/dns/service-names.ts";
import { type Dns, startDns } from "#daemons/dns/dns.ts";
import type { ObjectSource } from "#daemons/dns/object-source.ts";
import type { ServerAddress, UpstreamSource } from "#daemons/dns/upstreams.ts";
import type { ClusterSources, FedSlice } from "#daemons/dns/zone-feed.ts";
import { mustCidr } from "#net/cidr.ts";

/** Objects that a test puts and takes away. */
export class Objects<O extends { readonly metadata: { readonly name: string; readonly namespace: string } }>
  implements ObjectSource<O>
{
  synced = true;
  readonly #objects = new Map<string, O>();
  readonly #listeners = new Set<(before: O | undefined, after: O | undefined) => void>();

  hasSynced = (): boolean => this.synced;

  onChange = (listener: (before: O | undefined, after: O | undefined) => void): (() => void) => {
    for (const object of this.#objects.values()) listener(undefined, object);
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  put(object: O): void {
    const key = `${object.metadata.namespace}/${object.metadata.name}`;
    const before = this.#objects.get(key);
    this.#objects.set(key, object);
    for (const listener of this.#listeners) listener(before, object);
  }

  remove(namespace: string, name: string): void {
    const before = this.#objects.get(`${namespace}/${name}`);
    this.#objects.delete(`${namespace}/${name}`);
    for (const listener of this.#listeners) listener(before, undefined);
  }
}

/** A DNS server on loopback with objects of its own. */
export interface TestDns extends AsyncDisposable {
  readonly dns: Dns;
  readonly server: ServerAddress;
  readonly services: Objects<NamedService>;
  readonly slices: Objects<FedSlice>;
  readonly pods: Objects<HostPod>;
  readonly ingresses: Objects<HostedIngress>;
}

export async function startTestDns(
  upstreams: readonly ServerAddress[] | UpstreamSource = [],
  address = "127.0.0.1",
): Promise<TestDns> {
  const services = new Objects<NamedService>();
  const slices = new Objects<FedSlice>();
  const pods = new Objects<HostPod>();
  const ingresses = new Objects<HostedIngress>();
  services.put(service("web", { clusterIP: "10.96.0.17", clusterIPs: ["10.96.0.17"] }));
  const sources: ClusterSources = { services, slices, pods, ingresses };
  const dns = await startDns({
    domain: "cluster.local",
    listen: [{ address, port: 0 }],
    cidrs: [mustCidr("10.96.0.0/12"), mustCidr("10.244.0.0/16")],
    sources,
    upstreams: typeof upstreams === "function" ? upstreams : async () => upstreams,
  });
  const [server = { address: "", port: 0 }] = dns.addresses;
  return { dns, server, services, slices, pods, ingresses, [Symbol.asyncDispose]: dns.stop };
}

export const service = (name: string, spec: Partial<NamedService["spec"]>): NamedService => ({
  metadata: { name, namespace: "shop" },
  spec: { type: "ClusterIP", ...spec },
});

export const slice = (serviceName: string, addresses: readonly string[]): FedSlice => ({
  metadata: { name: `${serviceName}-1`, namespace: "shop", labels: { "kubernetes.io/service-name": serviceName } },
  addressType: "IPv4",
  endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })),
  ports: [],
});
