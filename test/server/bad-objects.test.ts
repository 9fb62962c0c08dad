import assert from "node:assert/strict";
import { test } from "node:test";
import { configMap, configMaps, type Row, service, services, testRefusals } from "./refusals.ts";

const rows: readonly Row[] = [
  [
    "no name",
    `POST ${configMaps}`,
    { body: { apiVersion: "v1", kind: "ConfigMap", metadata: {} } },
    422,
    "Invalid",
    'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
  ],
  [
    "a name with a slash",
    `POST ${configMaps}`,
    { body: configMap("../x") },
    422,
    "Invalid",
    /metadata\.name: Invalid value: "\.\.\/x"/,
  ],
  [
    "a name of 254 bytes",
    `POST ${configMaps}`,
    { body: configMap("x".repeat(254)) },
    422,
    "Invalid",
    /must be no more than 253/,
  ],
  [
    "a name in capitals",
    `POST ${configMaps}`,
    { body: configMap("Web") },
    422,
    "Invalid",
    /metadata\.name: Invalid value: "Web"/,
  ],
  [
    "another namespace than the path's",
    `POST ${configMaps}`,
    { body: { ...configMap("x"), metadata: { name: "x", namespace: "kube-system" } } },
    400,
    "BadRequest",
    "the namespace of the provided object does not match the namespace sent on the request",
  ],
  [
    "no namespace at all",
    "POST /api/v1/configmaps",
    { body: configMap("x") },
    405,
    "MethodNotAllowed",
    /not supported/,
  ],
  [
    "a namespace that isn't there",
    "POST /api/v1/namespaces/nowhere/configmaps",
    { body: configMap("x") },
    404,
    "NotFound",
    'namespaces "nowhere" not found',
  ],
  [
    "a resourceVersion on creation",
    `POST ${configMaps}`,
    { body: { ...configMap("x"), metadata: { name: "x", resourceVersion: "5" } } },
    400,
    "BadRequest",
    "resourceVersion should not be set on objects to be created",
  ],
  [
    "a name that is taken",
    `POST ${configMaps}`,
    { body: configMap("cm") },
    409,
    "AlreadyExists",
    'configmaps "cm" already exists',
  ],
  [
    "annotations of more than 256 KiB",
    `POST ${configMaps}`,
    { body: { ...configMap("x"), metadata: { name: "x", annotations: { a: "x".repeat(300 << 10) } } } },
    422,
    "Invalid",
    /metadata\.annotations: Too long/,
  ],
  [
    "an object that is too large",
    `POST ${configMaps}`,
    {
      body: {
        ...configMap("x"),
        metadata: { name: "x", labels: { a: "b" } },
        data: Object.fromEntries(Array.from({ length: 24 }, (_, i) => [`k${i}`, "x".repeat(100_000)])),
      },
    },
    422,
    "Invalid",
    /must have at most 1048576 bytes|Too long/,
  ],
  [
    "a node port outside of the range",
    `POST ${services}`,
    { body: service("x", { type: "NodePort", ports: [{ port: 80, nodePort: 8123 }] }) },
    422,
    "Invalid",
    'Service "x" is invalid: spec.ports[0].nodePort: Invalid value: 8123: provided port is not in the valid range. The range of valid ports is 30000-32767',
  ],
  [
    "a cluster address outside of the range",
    `POST ${services}`,
    { body: service("x", { clusterIP: "192.0.2.9", ports: [{ port: 80 }] }) },
    422,
    "Invalid",
    'Service "x" is invalid: spec.clusterIPs: Invalid value: ["192.0.2.9"]: failed to allocate IP 192.0.2.9: provided IP is not in the valid range. The range of valid IPs is 10.96.0.0/12',
  ],
  [
    "a cluster address that is taken",
    `POST ${services}`,
    { body: service("x", { clusterIP: "10.96.0.1", ports: [{ port: 80 }] }) },
    422,
    "Invalid",
    /failed to allocate IP 10\.96\.0\.1: provided IP is already allocated/,
  ],
  [
    "a cluster address with a leading zero",
    `POST ${services}`,
    { body: service("x", { clusterIP: "10.096.0.7", ports: [{ port: 80 }] }) },
    422,
    "Invalid",
    /spec\.clusterIPs\[0\]: Invalid value: "10\.096\.0\.7"/,
  ],
  [
    "port 0",
    `POST ${services}`,
    { body: service("x", { ports: [{ port: 0 }] }) },
    422,
    "Invalid",
    /spec\.ports\[0\]\.port: (Invalid|Required) value/,
  ],
  [
    "port 65536",
    `POST ${services}`,
    { body: service("x", { ports: [{ port: 65_536 }] }) },
    422,
    "Invalid",
    /spec\.ports\[0\]\.port: Invalid value: 65536: must be between 1 and 65535, inclusive/,
  ],
  [
    "a port twice",
    `POST ${services}`,
    {
      body: service("x", {
        ports: [
          { port: 80, name: "a" },
          { port: 80, name: "b" },
        ],
      }),
    },
    422,
    "Invalid",
    /spec\.ports\[1\]: Duplicate value/,
  ],
  [
    "an unknown affinity",
    `POST ${services}`,
    { body: service("x", { sessionAffinity: "Cookie", ports: [{ port: 80 }] }) },
    422,
    "Invalid",
    /spec\.sessionAffinity: Unsupported value: "Cookie": supported values: "ClientIP", "None"/,
  ],
];
const { served } = testRefusals(rows);

test("unknown and doubled fields are warned about unless the client wants otherwise", async () => {
  const body = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"data":{"a":"1","a":"2"},"dat":{}}';
  const warned = await served().send("POST", `${configMaps}?dryRun=All`, { body });
  assert.equal(warned.status, 201);
  assert.deepEqual(warned.headers.warning, ['299 - "unknown field \\"dat\\""', '299 - "duplicate field \\"data.a\\""']);
  const silent = await served().send("POST", `${configMaps}?dryRun=All&fieldValidation=Ignore`, { body });
  assert.deepEqual([silent.status, silent.headers.warning], [201, undefined]);
});

test("names that mean something in JavaScript are only names", async () => {
  const text =
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x","labels":{"constructor":"a","toString":"b"}},"data":{"__proto__":"c","hasOwnProperty":"d"}}';
  const told = await served().send("POST", `${configMaps}?dryRun=All`, { body: text });
  assert.equal(told.status, 201, told.text);
  assert.match(told.text, /"__proto__":"c"/);
  assert.equal(told.at("metadata", "labels", "constructor"), "a");
});
