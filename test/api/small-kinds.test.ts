import assert from "node:assert/strict";
import test from "node:test";
import { leases } from "#api/coordination/lease.ts";
import { configMaps } from "#api/core/config-map.ts";
import { events } from "#api/core/event.ts";
import { namespaces } from "#api/core/namespace.ts";
import { nodes } from "#api/core/node.ts";
import { secrets } from "#api/core/secret.ts";
import { serviceAccounts } from "#api/core/service-account.ts";
import type { AnyKind } from "#machinery/kind.ts";
import { stored, told, toldOfUpdate } from "./told.ts";

const keySentence =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

const cases: readonly (readonly [name: string, kind: AnyKind, object: object, messages: readonly string[]])[] = [
  [
    "a ConfigMap's keys are file names",
    configMaps,
    { data: { "a/b": "1" } },
    [`data[a/b]: Invalid value: "a/b": ${keySentence}`],
  ],
  [
    "a ConfigMap's keys don't climb",
    configMaps,
    { data: { "..": "1" } },
    ["data[..]: Invalid value: \"..\": must not be '..'"],
  ],
  [
    "a ConfigMap's keys are one set",
    configMaps,
    { data: { a: "1" }, binaryData: { a: "AA==" } },
    [
      'data[a]: Invalid value: "a": duplicate of key present in binaryData',
      'binaryData[a]: Invalid value: "a": duplicate of key present in data',
    ],
  ],
  [
    "a ConfigMap holds a megabyte",
    configMaps,
    { data: { a: "x".repeat(1_048_577) } },
    ["[]: Too long: may not be more than 1048576 bytes"],
  ],
  [
    "keys of data may be called anything",
    configMaps,
    { data: JSON.parse('{"__proto__": "1", "constructor": "2"}') },
    [],
  ],
  [
    "a TLS Secret has both halves",
    secrets,
    { type: "kubernetes.io/tls", data: { "tls.crt": "" } },
    ["data[tls.key]: Required value"],
  ],
  [
    "annotations have a limit",
    serviceAccounts,
    { metadata: { annotations: { a: "x".repeat(262_145) } } },
    ["metadata.annotations: Too long: may not be more than 262144 bytes"],
  ],
  [
    "labels are words",
    serviceAccounts,
    { metadata: { labels: { app: "a b" } } },
    [
      "metadata.labels: Invalid value: \"a b\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
    ],
  ],
  [
    "names don't climb",
    configMaps,
    { metadata: { name: "../secrets/a" } },
    [
      "metadata.name: Invalid value: \"../secrets/a\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
    ],
  ],
  [
    "a Namespace has no dots",
    namespaces,
    { metadata: { name: "a.b" } },
    ['metadata.name: Invalid value: "a.b": must not contain dots'],
  ],
  [
    "a finalizer is somebody's",
    configMaps,
    { metadata: { finalizers: ["mine"] } },
    ['metadata.finalizers: Invalid value: "mine": name is neither a standard finalizer name nor is it fully qualified'],
  ],
  [
    "an event is told where it happened",
    events,
    { involvedObject: { namespace: "other" } },
    ['involvedObject.namespace: Invalid value: "other": does not match event.namespace'],
  ],
  [
    "a Lease lasts",
    leases,
    { spec: { leaseDurationSeconds: 0 } },
    ["spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0"],
  ],
  [
    "a taint has an effect that is one",
    nodes,
    { spec: { taints: [{ key: "a", effect: "Never" }] } },
    [
      'spec.taints[0].effect: Unsupported value: "Never": supported values: "NoExecute", "NoSchedule", "PreferNoSchedule"',
    ],
  ],
];
for (const [name, kind, object, messages] of cases)
  test(name, () => assert.deepEqual(told(kind, { ...object }), messages));

test("an immutable ConfigMap stays as it is", () =>
  assert.deepEqual(toldOfUpdate(configMaps, { data: { a: "2" } }, { data: { a: "1" }, immutable: true }), [
    "immutable: Forbidden: field is immutable when `immutable` is set",
    "data: Forbidden: field is immutable when `immutable` is set",
  ]));

test("a Secret's type stays as it is", () =>
  assert.deepEqual(toldOfUpdate(secrets, { type: "a" }, {}), ['type: Invalid value: "a": field is immutable']));

test("a Secret's text is kept in base64 only", () =>
  assert.deepEqual(stored(secrets, { data: { a: "eA==" }, stringData: { a: "ü", b: "" } }), {
    metadata: { name: "x", namespace: "default" },
    type: "Opaque",
    data: { a: "w7w=", b: "" },
  }));

test("a Namespace can be chosen by its name", () =>
  assert.deepEqual(stored(namespaces, {}), {
    metadata: { name: "x", labels: { "kubernetes.io/metadata.name": "x" } },
    spec: {},
    status: {},
  }));
