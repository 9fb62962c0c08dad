import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ConfigMap } from "#api/core/config-map.ts";
import type { Volume } from "#api/core/pod/volumes.ts";
import type { Secret } from "#api/core/secret.ts";
import { containerOf, node, podOf } from "./specimens.ts";
import type { Owner } from "./volume-owners.ts";
import { planVolume, referencedObjects } from "./volumes.ts";

const metadata = (name: string) => ({
  name,
  namespace: "shop",
  uid: name,
  resourceVersion: "1",
  creationTimestamp: "2026-01-01T00:00:00Z",
});
const base64 = (text: string): string => new TextEncoder().encode(text).toBase64();
const site: ConfigMap = {
  metadata: metadata("site"),
  data: { "index.html": "<p>", "a.css": "p{}" },
  binaryData: { logo: base64("GIF") },
};
const keys: Secret = {
  metadata: metadata("keys"),
  type: "Opaque",
  data: { "tls.key": base64("KEY"), "tls.crt": base64("CRT") },
};
const sources = { configMaps: new Map([["site", site]]), secrets: new Map([["keys", keys]]), services: [] };
const tokens = new Map([
  ["3607 ", { text: "TOKEN" }],
  ["600 ", { refusal: "no" }],
]);
const pod = podOf({
  metadata: { labels: { app: "web" } },
  spec: { initContainers: [containerOf("setup", { resources: { limits: { cpu: "2" } } })] },
});

/** `index.html 644 <p>` for each file; else what kind of volume it is, or why it is none. */
function told(source: Omit<Volume, "name">): readonly string[] | string {
  const plan = planVolume(pod, { name: "v", ...source }, { sources, node, tokens });
  switch (plan.kind) {
    case "files":
      return plan.files.map(
        ({ path, mode, bytes }) => `${path} ${mode.toString(8)} ${new TextDecoder().decode(bytes)}`,
      );
    case "empty":
      return `empty${plan.inMemory ? " in memory" : ""}${plan.sizeLimit === undefined ? "" : ` of ${plan.sizeLimit}`}`;
    case "host":
      return `host ${plan.path} ${plan.type}`.trim();
    case "refused":
      return plan.message;
  }
}
const usual = { defaultMode: 0o644 };
const label = { apiVersion: "v1", fieldPath: "metadata.labels['app']" };

const rows: readonly (readonly [string, Omit<Volume, "name">, readonly string[] | string])[] = [
  ["emptyDir", { emptyDir: {} }, "empty"],
  ["emptyDir in memory", { emptyDir: { medium: "Memory", sizeLimit: "64Mi" } }, "empty in memory of 64Mi"],
  ["no source is an emptyDir", {}, "empty"],
  ["hostPath", { hostPath: { path: "/var/log", type: "" } }, "host /var/log"],
  ["hostPath with a type", { hostPath: { path: "/run/x.sock", type: "Socket" } }, "host /run/x.sock Socket"],
  [
    "a ConfigMap's keys",
    { configMap: { name: "site", ...usual } },
    ["index.html 644 <p>", "a.css 644 p{}", "logo 644 GIF"],
  ],
  [
    "some of a ConfigMap's keys",
    {
      configMap: {
        name: "site",
        defaultMode: 0o400,
        items: [
          { key: "logo", path: "img/logo.gif" },
          { key: "a.css", path: "a", mode: 0o600 },
        ],
      },
    },
    ["img/logo.gif 400 GIF", "a 600 p{}"],
  ],
  [
    "a key that a ConfigMap hasn't",
    { configMap: { name: "site", ...usual, items: [{ key: "b", path: "b" }] } },
    "configmap references non-existent config key: b",
  ],
  [
    "an optional key",
    {
      configMap: {
        name: "site",
        ...usual,
        optional: true,
        items: [
          { key: "b", path: "b" },
          { key: "logo", path: "l" },
        ],
      },
    },
    ["l 644 GIF"],
  ],
  ["no such ConfigMap", { configMap: { name: "nope", ...usual } }, 'configmap "nope" not found'],
  ["an optional ConfigMap", { configMap: { name: "nope", optional: true, ...usual } }, []],
  ["a Secret's keys", { secret: { secretName: "keys", defaultMode: 0o600 } }, ["tls.key 600 KEY", "tls.crt 600 CRT"]],
  [
    "a key that a Secret hasn't",
    { secret: { secretName: "keys", ...usual, items: [{ key: "b", path: "b" }] } },
    "references non-existent secret key: b",
  ],
  ["no such Secret", { secret: { secretName: "nope", ...usual } }, 'secret "nope" not found'],
  ["an optional Secret", { secret: { secretName: "nope", optional: true, ...usual } }, []],
  ["fields", { downwardAPI: { ...usual, items: [{ path: "app", fieldRef: label, mode: 0o440 }] } }, ["app 440 web"]],
  [
    "limits, of an init container too",
    {
      downwardAPI: {
        ...usual,
        items: [{ path: "cpu", resourceFieldRef: { containerName: "setup", resource: "limits.cpu" } }],
      },
    },
    ["cpu 644 2"],
  ],
  [
    "several sources in one",
    {
      projected: {
        defaultMode: 0o444,
        sources: [
          { secret: { name: "keys", items: [{ key: "tls.crt", path: "c" }] } },
          { downwardAPI: { items: [{ path: "app", fieldRef: label }] } },
          { configMap: { name: "nope", optional: true } },
        ],
      },
    },
    ["c 444 CRT", "app 444 web"],
  ],
  [
    "one missing source of several",
    { projected: { ...usual, sources: [{ secret: { name: "keys" } }, { configMap: { name: "nope" } }] } },
    'configmap "nope" not found',
  ],
  [
    "the pod's token",
    { projected: { ...usual, sources: [{ serviceAccountToken: { path: "token", expirationSeconds: 3607 } }] } },
    ["token 644 TOKEN"],
  ],
  [
    "a token that the server refuses",
    { projected: { ...usual, sources: [{ serviceAccountToken: { path: "token", expirationSeconds: 600 } }] } },
    "failed to fetch token: no",
  ],
  [
    "a disk that this node hasn't",
    { nfs: { server: "nas", path: "/" } },
    'volume "v": this node has no volumes of type nfs; it has emptyDir, configMap, secret, downwardAPI, projected and hostPath',
  ],
];
describe("a volume", () => {
  for (const [name, source, expected] of rows) test(name, () => assert.deepEqual(told(source), expected));
});

const as = (runAsUser: number) => ({ securityContext: { runAsUser } });
for (const { name, spec, token, settings } of [
  { name: "nobody in particular", spec: {}, token: "644", settings: "600" },
  { name: "one user", spec: as(1000), token: "600 1000", settings: "600" },
  { name: "a group", spec: { securityContext: { fsGroup: 2000 } }, token: "640 :2000", settings: "640 :2000" },
  {
    name: "one user and a group",
    spec: { securityContext: { runAsUser: 1000, fsGroup: 2000 } },
    token: "640 1000:2000",
    settings: "640 :2000",
  },
  {
    name: "two users",
    spec: { ...as(1000), containers: [containerOf("web"), containerOf("other", as(1001))] },
    token: "644",
    settings: "600",
  },
  {
    name: "a user of one container only",
    spec: { initContainers: [containerOf("setup", as(7))] },
    token: "644",
    settings: "600",
  },
  {
    name: "one user, said by each container",
    spec: { initContainers: [containerOf("setup", as(7))], containers: [containerOf("web", as(7))] },
    token: "600 7",
    settings: "600",
  },
])
  test(`a token in a pod of ${name} is ${token}, and a file of mode 600 is ${settings}`, () => {
    const plan = (source: Omit<Volume, "name">): string => {
      const made = planVolume(podOf({ spec }), { name: "v", ...source }, { sources, node, tokens });
      if (made.kind !== "files") return made.kind;
      return made.files.map(({ mode, owner }) => shown(mode, owner)).join();
    };
    const source = { serviceAccountToken: { path: "token", expirationSeconds: 3607 } };
    assert.equal(plan({ projected: { ...usual, sources: [source] } }), token);
    const items = [{ key: "a.css", path: "a" }];
    assert.equal(plan({ configMap: { name: "site", defaultMode: 0o600, items } }), settings);
  });
/** `640 1000:2000`. */
const shown = (mode: number, { user, group }: Owner = {}): string =>
  `${mode.toString(8)} ${user ?? ""}${group === undefined ? "" : `:${group}`}`.trim();

test("secrets and tokens never come to a disk; what anybody may read does", () => {
  const isSecret = (source: Omit<Volume, "name">): boolean => {
    const plan = planVolume(pod, { name: "v", ...source }, { sources, node, tokens });
    return plan.kind === "files" && plan.secret;
  };
  const token = { serviceAccountToken: { path: "token", expirationSeconds: 3607 } };
  assert.equal(isSecret({ secret: { secretName: "keys", ...usual } }), true);
  assert.equal(isSecret({ projected: { ...usual, sources: [token] } }), true);
  assert.equal(isSecret({ projected: { ...usual, sources: [{ configMap: { name: "site" } }] } }), false);
  assert.equal(isSecret({ configMap: { name: "site", ...usual } }), false);
});

test("what a pod names: of its volumes, its variables, and those of init containers", () => {
  const env = [
    { name: "A", valueFrom: { configMapKeyRef: { name: "by-key", key: "a" } } },
    { name: "B", value: "1" },
  ];
  const named = podOf({
    spec: {
      initContainers: [containerOf("setup", { env })],
      containers: [
        containerOf("web", { envFrom: [{ configMapRef: { name: "whole" } }, { secretRef: { name: "keys" } }] }),
      ],
      volumes: [
        { name: "one", configMap: { name: "site", ...usual } },
        { name: "two", secret: { secretName: "certs", ...usual } },
        {
          name: "three",
          projected: { ...usual, sources: [{ secret: { name: "inner" } }, { configMap: { name: "site" } }] },
        },
        { name: "four", emptyDir: {} },
      ],
    },
  });
  const { configMaps, secrets } = referencedObjects(named);
  assert.deepEqual([...configMaps].toSorted(), ["by-key", "site", "whole"]);
  assert.deepEqual([...secrets].toSorted(), ["certs", "inner", "keys"]);
});
