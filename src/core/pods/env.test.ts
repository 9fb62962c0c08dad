import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ConfigMap } from "#api/core/config-map.ts";
import type { Container } from "#api/core/pod/container.ts";
import type { EnvVar } from "#api/core/pod/env.ts";
import type { Secret } from "#api/core/secret.ts";
import type { Service } from "#api/core/service.ts";
import { environmentOf, type Sources } from "./env.ts";
import { expand } from "./expand.ts";
import { containerOf, node, podOf } from "./specimens.ts";

const metadata = (name: string, namespace = "shop") => ({
  name,
  namespace,
  uid: name,
  resourceVersion: "1",
  creationTimestamp: "2026-01-01T00:00:00Z",
});
const configMap = (name: string, data: Readonly<Record<string, string>>): ConfigMap => ({
  metadata: metadata(name),
  data,
});
const secret = (name: string, data: Readonly<Record<string, string>>): Secret => ({
  metadata: metadata(name),
  type: "Opaque",
  data: Object.fromEntries(Object.entries(data).map(([key, text]) => [key, new TextEncoder().encode(text).toBase64()])),
});
type Port = NonNullable<Service["spec"]["ports"]>[number];
const service = (name: string, clusterIP: string, ports: readonly Port[], namespace = "shop"): Service => ({
  metadata: metadata(name, namespace),
  spec: { clusterIP, ports, type: "ClusterIP", sessionAffinity: "None" },
  status: { loadBalancer: {} },
});
const port = (number: number, more: Partial<Port> = {}): Port => ({
  port: number,
  protocol: "TCP",
  targetPort: number,
  ...more,
});

const kubernetes = service("kubernetes", "10.96.0.1", [port(443, { name: "https" })], "default");
const sourcesOf = (more: Partial<Sources> = {}): Sources => ({
  configMaps: new Map(),
  secrets: new Map(),
  services: [],
  ...more,
});
const pod = podOf({
  metadata: { labels: { app: "web", tier: "front" }, annotations: { "example.com/note": 'say "hi"' } },
});

/** The container's variables, `NAME=value` each in its order; or why there are none. */
function told(container: Partial<Container>, sources: Partial<Sources> = {}, of = pod): readonly string[] | string {
  const environment = environmentOf(of, containerOf("web", container), { sources: sourcesOf(sources), node });
  return environment.kind === "refused"
    ? environment.message
    : [...environment.variables].map(([name, value]) => `${name}=${value}`);
}

describe("service variables", () => {
  const redis = service("redis-master", "10.96.0.11", [
    port(6379, { name: "redis" }),
    port(53, { name: "dns-udp", protocol: "UDP" }),
  ]);
  const names = [
    "REDIS_MASTER_SERVICE_HOST=10.96.0.11",
    "REDIS_MASTER_SERVICE_PORT=6379",
    "REDIS_MASTER_SERVICE_PORT_REDIS=6379",
    "REDIS_MASTER_SERVICE_PORT_DNS_UDP=53",
    "REDIS_MASTER_PORT=tcp://10.96.0.11:6379",
    "REDIS_MASTER_PORT_6379_TCP=tcp://10.96.0.11:6379",
    "REDIS_MASTER_PORT_6379_TCP_PROTO=tcp",
    "REDIS_MASTER_PORT_6379_TCP_PORT=6379",
    "REDIS_MASTER_PORT_6379_TCP_ADDR=10.96.0.11",
    "REDIS_MASTER_PORT_53_UDP=udp://10.96.0.11:53",
    "REDIS_MASTER_PORT_53_UDP_PROTO=udp",
    "REDIS_MASTER_PORT_53_UDP_PORT=53",
    "REDIS_MASTER_PORT_53_UDP_ADDR=10.96.0.11",
  ];
  const ofKubernetes = [
    "KUBERNETES_SERVICE_HOST=10.96.0.1",
    "KUBERNETES_SERVICE_PORT=443",
    "KUBERNETES_SERVICE_PORT_HTTPS=443",
    "KUBERNETES_PORT=tcp://10.96.0.1:443",
    "KUBERNETES_PORT_443_TCP=tcp://10.96.0.1:443",
    "KUBERNETES_PORT_443_TCP_PROTO=tcp",
    "KUBERNETES_PORT_443_TCP_PORT=443",
    "KUBERNETES_PORT_443_TCP_ADDR=10.96.0.1",
  ];
  const headless = service("db", "None", [port(5432)]);
  const elsewhere = service("far", "10.96.0.12", [port(80)], "other");

  test("have the kubelet's names", () => assert.deepEqual(told({}, { services: [redis] }), names));
  test("leave out headless Services, and those of other namespaces but the API's", () =>
    assert.deepEqual(told({}, { services: [headless, elsewhere, kubernetes] }), ofKubernetes));
  test("are the API's alone without service links", () =>
    assert.deepEqual(
      told({}, { services: [redis, kubernetes] }, podOf({ spec: { enableServiceLinks: false } })),
      ofKubernetes,
    ));
  test("put IPv6 addresses in brackets where a port follows", () => {
    const six = told({}, { services: [service("six", "fd00::7", [port(80)])] });
    assert.deepEqual(six.slice(0, 3), [
      "SIX_SERVICE_HOST=fd00::7",
      "SIX_SERVICE_PORT=80",
      "SIX_PORT=tcp://[fd00::7]:80",
    ]);
  });
  test("of the pod's own namespace win over those of default/kubernetes", () => {
    const own = service("kubernetes", "10.96.0.99", [port(1)]);
    for (const services of [
      [own, kubernetes],
      [kubernetes, own],
    ])
      assert.equal(told({}, { services }).includes("KUBERNETES_SERVICE_HOST=10.96.0.99"), true);
  });
});

describe("variables", () => {
  const settings = configMap("settings", { COLOR: "red", SIZE: "9" });
  const keys = secret("keys", { TOKEN: "s3cret€" });
  const around = { configMaps: new Map([["settings", settings]]), secrets: new Map([["keys", keys]]) };
  const from = (valueFrom: NonNullable<EnvVar["valueFrom"]>): Partial<Container> => ({
    env: [{ name: "X", valueFrom }],
  });
  const field = (fieldPath: string): Partial<Container> => from({ fieldRef: { apiVersion: "v1", fieldPath } });
  const limits = { resources: { limits: { memory: "64Mi" }, requests: { cpu: "250m" } } };

  const rows: readonly (readonly [string, Partial<Container>, readonly string[] | string])[] = [
    ["a value", { env: [{ name: "A", value: "1" }] }, ["A=1"]],
    ["no value", { env: [{ name: "A" }] }, ["A="]],
    [
      "the names before it",
      {
        env: [
          { name: "A", value: "1" },
          { name: "B", value: "$(A)$(C)" },
          { name: "C", value: "3" },
        ],
      },
      ["A=1", "B=1$(C)", "C=3"],
    ],
    [
      "the last of equal names",
      {
        env: [
          { name: "A", value: "1" },
          { name: "A", value: "$(A)2" },
        ],
      },
      ["A=12"],
    ],
    ["a ConfigMap", { envFrom: [{ configMapRef: { name: "settings" } }] }, ["COLOR=red", "SIZE=9"]],
    ["a Secret, with a prefix", { envFrom: [{ prefix: "P_", secretRef: { name: "keys" } }] }, ["P_TOKEN=s3cret€"]],
    [
      "env over envFrom",
      { envFrom: [{ configMapRef: { name: "settings" } }], env: [{ name: "SIZE", value: "$(COLOR)" }] },
      ["COLOR=red", "SIZE=red"],
    ],
    ["no such ConfigMap", { envFrom: [{ configMapRef: { name: "nope" } }] }, 'configmap "nope" not found'],
    ["no such Secret", { envFrom: [{ secretRef: { name: "nope" } }] }, 'secret "nope" not found'],
    [
      "an optional one",
      {
        envFrom: [{ secretRef: { name: "nope", optional: true } }, { configMapRef: { name: "nope", optional: true } }],
      },
      [],
    ],
    ["a key of a ConfigMap", from({ configMapKeyRef: { name: "settings", key: "COLOR" } }), ["X=red"]],
    ["a key of a Secret", from({ secretKeyRef: { name: "keys", key: "TOKEN" } }), ["X=s3cret€"]],
    [
      "no such key in a ConfigMap",
      from({ configMapKeyRef: { name: "settings", key: "Y" } }),
      "couldn't find key Y in ConfigMap shop/settings",
    ],
    [
      "no such key in a Secret",
      from({ secretKeyRef: { name: "keys", key: "Y" } }),
      "couldn't find key Y in Secret shop/keys",
    ],
    ["a key of no such ConfigMap", from({ configMapKeyRef: { name: "nope", key: "Y" } }), 'configmap "nope" not found'],
    ["an optional key", from({ secretKeyRef: { name: "keys", key: "Y", optional: true } }), []],
    ["the pod's name", field("metadata.name"), ["X=web-0"]],
    ["the pod's namespace", field("metadata.namespace"), ["X=shop"]],
    ["the pod's uid", field("metadata.uid"), ["X=7b1c"]],
    ["a label", field("metadata.labels['tier']"), ["X=front"]],
    ["a label that isn't there", field("metadata.labels['nope']"), ["X="]],
    ["the labels", field("metadata.labels"), ['X=app="web"\ntier="front"']],
    ["the annotations", field("metadata.annotations"), ['X=example.com/note="say \\"hi\\""']],
    ["the node", field("spec.nodeName"), ["X=node-1"]],
    ["the account", field("spec.serviceAccountName"), ["X=default"]],
    ["the node's address", field("status.hostIP"), ["X=192.0.2.7"]],
    ["the node's addresses", field("status.hostIPs"), ["X=192.0.2.7,2001:db8::7"]],
    ["the pod's address before it has one", field("status.podIP"), ["X="]],
    [
      "its limit",
      { ...limits, ...from({ resourceFieldRef: { resource: "limits.memory", divisor: "1Mi" } }) },
      ["X=64"],
    ],
    ["its request, rounded up", { ...limits, ...from({ resourceFieldRef: { resource: "requests.cpu" } }) }, ["X=1"]],
    [
      "its request, in thousandths",
      { ...limits, ...from({ resourceFieldRef: { resource: "requests.cpu", divisor: "1m" } }) },
      ["X=250"],
    ],
    ["no limit: all of the node", from({ resourceFieldRef: { resource: "limits.cpu" } }), ["X=4"]],
    ["no request", from({ resourceFieldRef: { resource: "requests.memory" } }), ["X=0"]],
  ];
  for (const [name, container, expected] of rows)
    test(`from ${name}`, () => assert.deepEqual(told(container, around), expected));

  test("from another container's limits", () => {
    const other = containerOf("db", { resources: { limits: { memory: "1Gi" } } });
    const both = podOf({ spec: { containers: [containerOf("web"), other] } });
    const asked = from({ resourceFieldRef: { containerName: "db", resource: "limits.memory", divisor: "1Mi" } });
    assert.deepEqual(told(asked, {}, both), ["X=1024"]);
  });

  test("from the addresses of a pod that has some", () => {
    const placed = podOf({ status: { podIPs: [{ ip: "10.244.0.5" }, { ip: "fd00::5" }] } });
    assert.deepEqual(told(field("status.podIPs"), {}, placed), ["X=10.244.0.5,fd00::5"]);
    assert.deepEqual(told(field("status.podIP"), {}, podOf({ spec: { hostNetwork: true } })), ["X=192.0.2.7"]);
  });
});

describe("$(NAME)", () => {
  const variables = new Map([
    ["A", "1"],
    ["EMPTY", ""],
    ["NEST", "$(A)"],
  ]);
  const rows = [
    ["$(A)", "1"],
    ["$(A)-$(A)", "1-1"],
    ["$$(A)", "$(A)"],
    ["$$$(A)", "$1"],
    ["$(EMPTY)", ""],
    ["$(NOPE)", "$(NOPE)"],
    ["$(NEST)", "$(A)"],
    ["$A {A} $", "$A {A} $"],
    ["$(A", "$(A"],
  ] as const;
  for (const [text, expected] of rows) test(text, () => assert.equal(expand(text, variables), expected));
});
