import { createServer } from "node:http";
import { createAuthority } from "#os/pki.ts";
import { validity } from "../server/listening.ts";
import type { Deed, RightsStage } from "./rights-stage.ts";

const front = { namespace: "portolan-system", name: "portolan-ingress" };
const frontPath = `/api/v1/namespaces/${front.namespace}/services/${front.name}`;
const slicesPath = `/apis/discovery.k8s.io/v1/namespaces/${front.namespace}/endpointslices`;
const portsPath = "/api/v1/namespaces/default/configmaps/ports";
const ingressPath = "/apis/networking.k8s.io/v1/namespaces/default/ingresses";
const eventsPath = "/api/v1/namespaces/default/events";
/** Of UDP ports. */
const ownSlice = '"endpointslice.kubernetes.io/managed-by":"portolan-ingress"';

const slice = (namespace: string, service: string, address: string, port: number) => ({
  apiVersion: "discovery.k8s.io/v1",
  kind: "EndpointSlice",
  metadata: { namespace, name: `${service}-1`, labels: { "kubernetes.io/service-name": service } },
  addressType: "IPv4",
  endpoints: [{ addresses: [address], conditions: { ready: true } }],
  ports: [{ name: "", port, protocol: "TCP" }],
});
const dnsSlice = (address: string) => {
  const { ports, ...rest } = slice("default", "dns", address, 53);
  return { ...rest, ports: ports.map((one) => ({ ...one, protocol: "UDP" })) };
};
const service = (namespace: string, name: string, spec: object) => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { namespace, name },
  spec,
});
const ingress = (name: string, backend: string, tls: object) => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "Ingress",
  metadata: { namespace: "default", name },
  spec: {
    ingressClassName: "portolan",
    ...tls,
    rules: [
      {
        host: `${name}.example.com`,
        http: {
          paths: [{ path: "/", pathType: "Prefix", backend: { service: { name: backend, port: { number: 80 } } } }],
        },
      },
    ],
  },
});

/** A program that stands for a pod. */
export async function backendAt(address: string) {
  const server = createServer((_, response) => response.end("it's me"));
  await new Promise<void>((resolve) => server.listen(8080, address, resolve));
  return { [Symbol.asyncDispose]: async () => void server.close() };
}

/** What is there before the controller starts: it is served at once. Resolves to the certificate of the Ingress' authority. */
export async function ingressWorld({ apply, merge }: RightsStage, pod: string): Promise<string> {
  const authority = await createAuthority("test", validity());
  const { certificate, key } = await authority.forServer({ name: "web" }, ["web.example.com"], validity());
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  await apply({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { namespace: "default", name: "web" },
    type: "kubernetes.io/tls",
    data: { "tls.crt": base64(certificate), "tls.key": base64(key) },
  });
  const listens = [{ name: "http", port: 80, targetPort: "http" }];
  await apply(
    service(front.namespace, front.name, { type: "LoadBalancer", ports: listens, selector: { app: "front" } }),
  );
  await merge(`${frontPath}/status`, { status: { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } } });
  await apply(slice(front.namespace, front.name, "10.244.0.2", 80));
  await apply(service("default", "web", { ports: [{ port: 80, targetPort: 8080 }] }));
  await apply(slice("default", "web", pod, 8080));
  await apply(service("default", "dns", { ports: [{ port: 53, protocol: "UDP" }] }));
  await apply(dnsSlice("10.244.0.8"));
  await apply({ apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: "default", name: "ports" }, data: {} });
  const parameters = { kind: "ConfigMap", name: "ports", scope: "Namespace", namespace: "default" };
  await merge("/apis/networking.k8s.io/v1/ingressclasses/portolan", { spec: { parameters } });
  await apply(ingress("web", "web", { tls: [{ hosts: ["web.example.com"], secretName: "web" }] }));
  return authority.certificate;
}

/** All that a controller does; `web` asks it for the Ingress' host. */
export function ingressDeeds({ apply, merge, read }: RightsStage, web: () => Promise<string>): readonly Deed[] {
  const nothing = async () => {};
  const contains = (path: string, text: string) => async () => (await read(path)).includes(text);
  const lacks = (path: string, text: string) => async () => !(await read(path)).includes(text);
  const lost = (backend: string) => apply(ingress("lost", backend, {}));
  return [
    { name: "serves by the Secret's certificate", provoke: nothing, isDone: async () => (await web()) === "it's me" },
    { name: "tells its addresses", provoke: nothing, isDone: contains(`${ingressPath}/web`, '"ip":"192.0.2.1"') },
    {
      name: "opens ports at its Service",
      provoke: () => merge(portsPath, { data: { "tcp.5432": "default/web:80", "udp.53": "default/dns:53" } }),
      isDone: contains(frontPath, '"port":5432'),
    },
    { name: "has datagrams sent straight to pods", provoke: nothing, isDone: contains(slicesPath, ownSlice) },
    {
      name: "follows these pods",
      provoke: () => apply(dnsSlice("10.244.0.9")),
      isDone: contains(slicesPath, "10.244.0.9"),
    },
    {
      name: "takes ports away again",
      provoke: () => merge(portsPath, { data: { "udp.53": null } }),
      isDone: lacks(slicesPath, ownSlice),
    },
    { name: "tells what is wrong", provoke: () => lost("nobody"), isDone: contains(eventsPath, '"count":1') },
    {
      name: "sees it mended",
      provoke: () => lost("web"),
      isDone: contains(`${ingressPath}/lost`, '"ip":"192.0.2.1"'),
    },
    { name: "counts what is wrong again", provoke: () => lost("nobody"), isDone: contains(eventsPath, '"count":2') },
  ];
}
