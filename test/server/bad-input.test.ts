import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import type { Identity } from "#server/exchange.ts";
import { type Sent, type Served, serve } from "./served.ts";

let served: Served;
let revision: number;
before(async () => {
  served = await serve();
  await served.send("POST", "/api/v1/namespaces/default/services", { body: service("web", { ports: [{ port: 80 }] }) });
  await served.send("POST", "/api/v1/namespaces/default/configmaps", { body: configMap("cm") });
  revision = await served.store.revision();
});
after(async () => {
  assert.equal(await served.store.revision(), revision, "nothing of all this was stored");
  assert.deepEqual(
    Object.getOwnPropertyNames(Object.prototype).filter((name) => !standard.has(name)),
    [],
  );
  await served[Symbol.asyncDispose]();
});
const standard = new Set(Object.getOwnPropertyNames(Object.prototype));

const service = (name: string, spec: object) => ({ apiVersion: "v1", kind: "Service", metadata: { name }, spec });
const configMap = (name: string, data: object = {}) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name },
  data,
});
const services = "/api/v1/namespaces/default/services";
const configMaps = "/api/v1/namespaces/default/configmaps";
const deployments = "/apis/apps/v1/namespaces/default/deployments";
const json = (text: string): Sent => ({ body: text });
const patch = (kind: string, body: unknown): Sent => ({
  body,
  headers: { "content-type": `application/${kind}+json` },
});
const yaml = (text: string): Sent => ({ body: text, headers: { "content-type": "application/yaml" } });
const jane: Identity = { user: "jane", groups: ["dev", "system:authenticated"] };

/** What is sent, and the refusal: its code, its reason, and what its message is or contains. */
type Row = readonly [name: string, request: string, sent: Sent, code: number, reason: string, message: string | RegExp];

const rows: readonly Row[] = [
  ["a path with ..", "GET /api/v1/namespaces/../secrets", {}, 400, "BadRequest", /segment/],
  [
    "a path with %2f",
    "GET /api/v1/namespaces/default%2f..%2fkube-system/secrets",
    {},
    400,
    "BadRequest",
    /can't be read/,
  ],
  [
    "a group that isn't there",
    "GET /apis/nosuch.example/v1/things",
    {},
    404,
    "NotFound",
    "the server could not find the requested resource",
  ],
  [
    "a document that isn't there",
    "GET /nosuch",
    {},
    404,
    "NotFound",
    "the server could not find the requested resource",
  ],
  [
    "a subresource that isn't there",
    `GET ${services}/web/nosuch`,
    {},
    404,
    "NotFound",
    "the server could not find the requested resource",
  ],
  ["a method that means nothing there", `PUT ${services}`, { body: {} }, 405, "MethodNotAllowed", /not supported/],
  ["nobody in particular", `GET ${services}`, { identity: undefined }, 401, "Unauthorized", "Unauthorized"],
  [
    "somebody without rights",
    `GET ${services}`,
    { identity: jane },
    403,
    "Forbidden",
    'services is forbidden: User "jane" cannot list resource "services" in API group "" in the namespace "default"',
  ],
  [
    "somebody without rights, of one object",
    "DELETE /apis/apps/v1/namespaces/default/deployments/d",
    { identity: jane },
    403,
    "Forbidden",
    'deployments.apps "d" is forbidden: User "jane" cannot delete resource "deployments" in API group "apps" in the namespace "default"',
  ],
  [
    "no format that we have",
    `GET ${services}`,
    { headers: { accept: "text/html" } },
    406,
    "NotAcceptable",
    /application\/json/,
  ],
  ["no body", `POST ${services}`, {}, 400, "BadRequest", /json parse error/],
  ["a body that is no JSON", `POST ${services}`, json("{"), 400, "BadRequest", /json parse error/],
  ["a body that is a list", `POST ${services}`, json("[]"), 400, "BadRequest", /cannot unmarshal array/],
  [
    "a body that is no UTF-8",
    `POST ${services}`,
    { body: Buffer.from([0x22, 0xff, 0x22]) },
    400,
    "BadRequest",
    "the body is not UTF-8",
  ],
  [
    "a body that is nested too deep",
    `POST ${services}`,
    json("[".repeat(5000) + "]".repeat(5000)),
    400,
    "BadRequest",
    /nested more than/,
  ],
  [
    "a body of an unknown form",
    `POST ${services}`,
    { body: "x", headers: { "content-type": "text/plain" } },
    415,
    "UnsupportedMediaType",
    /accepted media types include: application\/json/,
  ],
  [
    "a body that unpacks to too much",
    `POST ${services}`,
    { body: gzipSync(Buffer.alloc(4 << 20)), headers: { "content-encoding": "gzip" } },
    413,
    "RequestEntityTooLarge",
    "Request entity too large: limit is 3145728",
  ],
  [
    "a body that is no gzip",
    `POST ${services}`,
    { body: "{}", headers: { "content-encoding": "gzip" } },
    400,
    "BadRequest",
    /gzip/,
  ],
  [
    "a body packed in an unknown way",
    `POST ${services}`,
    { body: "{}", headers: { "content-encoding": "br" } },
    415,
    "UnsupportedMediaType",
    /gzip/,
  ],
  [
    "a protobuf body that is none",
    `POST ${services}`,
    { body: "nonsense", headers: { "content-type": "application/vnd.kubernetes.protobuf" } },
    400,
    "BadRequest",
    /protobuf/,
  ],
  ["YAML that isn't", `POST ${services}`, yaml("a: [b\n"), 400, "BadRequest", /error converting YAML to JSON/],
  [
    "a YAML alias bomb",
    `POST ${configMaps}`,
    yaml(
      `a: &a [x,x,x,x,x,x,x,x,x]\n${[..."bcdefghi"].map((name, i) => `${name}: &${name} [${Array(9).fill(`*${"abcdefghi"[i]}`).join(",")}]`).join("\n")}\n`,
    ),
    400,
    "BadRequest",
    /excessive aliasing/,
  ],
  ["YAML that is nested too deep", `POST ${configMaps}`, yaml("[".repeat(20_000)), 400, "BadRequest", /YAML/],
  [
    "an object of another kind",
    `POST ${services}`,
    { body: configMap("x") },
    400,
    "BadRequest",
    /ConfigMap in version "v1" cannot be handled as a Service/,
  ],
  [
    "an object of another version",
    `POST ${services}`,
    { body: { ...service("x", {}), apiVersion: "apps/v1" } },
    400,
    "BadRequest",
    "the API version in the data (apps/v1) does not match the expected API version (v1)",
  ],
  [
    "a value of the wrong type",
    `POST ${services}`,
    { body: service("x", { ports: [{ port: "80" }] }) },
    400,
    "BadRequest",
    'Service in version "v1" cannot be handled as a Service: json: cannot unmarshal string into Go struct field ServicePort.spec.ports.port of type int32',
  ],
  [
    "an unknown field, strictly",
    `POST ${services}?fieldValidation=Strict`,
    { body: service("x", { selectorr: {}, ports: [{ port: 80 }] }) },
    400,
    "BadRequest",
    'Service in version "v1" cannot be handled as a Service: strict decoding error: unknown field "spec.selectorr"',
  ],
  [
    "a field that stands twice, strictly",
    `POST ${configMaps}?fieldValidation=Strict`,
    json('{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"data":{"a":"1","a":"2"}}'),
    400,
    "BadRequest",
    'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: duplicate field "data.a"',
  ],
  [
    "an unknown fieldValidation",
    `POST ${services}?fieldValidation=Loose`,
    { body: service("x", {}) },
    422,
    "Invalid",
    /fieldValidation: Unsupported value: "Loose"/,
  ],
  [
    "an unknown dryRun",
    `POST ${services}?dryRun=Some`,
    { body: service("x", {}) },
    422,
    "Invalid",
    /dryRun: Unsupported value/,
  ],
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
    400,
    "BadRequest",
    "an empty namespace may not be set during creation",
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
    "a name that is not the URL's",
    `PUT ${configMaps}/cm`,
    { body: configMap("other") },
    400,
    "BadRequest",
    "the name of the object (other) does not match the name on the URL (cm)",
  ],
  [
    "an update of what isn't there",
    `PUT ${configMaps}/none`,
    { body: configMap("none") },
    404,
    "NotFound",
    'configmaps "none" not found',
  ],
  [
    "a stale resourceVersion",
    `PUT ${configMaps}/cm`,
    { body: { ...configMap("cm"), metadata: { name: "cm", resourceVersion: "1" } } },
    409,
    "Conflict",
    'Operation cannot be fulfilled on configmaps "cm": the object has been modified; please apply your changes to the latest version and try again',
  ],
  [
    "another object's UID",
    `PUT ${configMaps}/cm`,
    { body: { ...configMap("cm"), metadata: { name: "cm", uid: "x" } } },
    409,
    "Conflict",
    /Precondition failed: UID in precondition: x, UID in object meta: /,
  ],
  [
    "an unknown way of patching",
    `PATCH ${configMaps}/cm`,
    { body: {} },
    415,
    "UnsupportedMediaType",
    /application\/json-patch\+json, application\/merge-patch\+json, application\/strategic-merge-patch\+json/,
  ],
  [
    "server-side apply",
    `PATCH ${configMaps}/cm?fieldManager=me`,
    { body: configMap("cm"), headers: { "content-type": "application/apply-patch+yaml" } },
    415,
    "UnsupportedMediaType",
    /accepted media types/,
  ],
  [
    "a JSON patch that is none",
    `PATCH ${configMaps}/cm`,
    patch("json-patch", { op: "add" }),
    400,
    "BadRequest",
    /^json: cannot unmarshal object into Go value of type jsonpatch\.Patch$/,
  ],
  [
    "a merge patch that is a list",
    `PATCH ${configMaps}/cm`,
    patch("merge-patch", [1]),
    400,
    "BadRequest",
    /^error decoding patch: json: cannot unmarshal array into Go value of type map\[string\]interface \{\}$/,
  ],
  [
    "a strategic merge patch that is a number",
    `PATCH ${configMaps}/cm`,
    patch("strategic-merge-patch", 7),
    400,
    "BadRequest",
    /^json: cannot unmarshal number into Go value of type map\[string\]interface \{\}$/,
  ],
  [
    "a JSON patch whose test fails",
    `PATCH ${configMaps}/cm`,
    patch("json-patch", [{ op: "test", path: "/kind", value: "Secret" }]),
    422,
    "Invalid",
    /^the server rejected our request due to an error in our request$/,
  ],
  [
    "a JSON patch of too many operations",
    `PATCH ${configMaps}/cm`,
    patch("json-patch", Array(10_001).fill({ op: "test", path: "/kind", value: "ConfigMap" })),
    413,
    "RequestEntityTooLarge",
    /10000/,
  ],
  [
    "a JSON patch that copies without end",
    `PATCH ${configMaps}/cm`,
    patch("json-patch", [
      { op: "add", path: "/data", value: { a: "x".repeat(1000) } },
      ...Array.from({ length: 30 }, (_, i) => ({ op: "copy", from: "/data", path: `/data/${i}` })),
    ]),
    413,
    "RequestEntityTooLarge",
    /larger/,
  ],
  [
    "a patch that leads to a wrong type",
    `PATCH ${services}/web`,
    patch("merge-patch", { spec: { ports: "x" } }),
    422,
    "Invalid",
    /patch: Invalid value/,
  ],
  [
    "a patch of an unknown field, strictly",
    `PATCH ${services}/web?fieldValidation=Strict`,
    patch("strategic-merge-patch", { spec: { selectorr: {} } }),
    422,
    "Invalid",
    /patch: Invalid value: .*strict decoding error: unknown field "spec\.selectorr"/,
  ],
  [
    "a patch of the name",
    `PATCH ${configMaps}/cm`,
    patch("merge-patch", { metadata: { name: "other" } }),
    422,
    "Invalid",
    /metadata\.name: Invalid value: "other": field is immutable/,
  ],
  [
    "a label selector that can't be read",
    `GET ${services}?labelSelector=a%20b%20c`,
    {},
    400,
    "BadRequest",
    /unable to parse requirement/,
  ],
  [
    "a label selector of 100 KiB",
    `GET ${services}?labelSelector=${"a".repeat(100_000)}`,
    {},
    400,
    "BadRequest",
    /longer/,
  ],
  [
    "a field that can't be selected by",
    `GET ${services}?fieldSelector=spec.nosuch%3Dx`,
    {},
    400,
    "BadRequest",
    "field label not supported: spec.nosuch",
  ],
  [
    "a continue token that is none",
    `GET ${services}?limit=1&continue=xyz`,
    {},
    400,
    "BadRequest",
    /continue key is not valid/,
  ],
  ["a limit that is no number", `GET ${services}?limit=many`, {}, 400, "BadRequest", /limit/],
  [
    "a resourceVersion that is no number",
    `GET ${services}?resourceVersion=abc`,
    {},
    400,
    "BadRequest",
    /invalid resource version "abc"/,
  ],
  [
    "a negative resourceVersion",
    `GET ${services}?resourceVersion=-1`,
    {},
    400,
    "BadRequest",
    /invalid resource version "-1"/,
  ],
  [
    "a resourceVersion of the future",
    `GET ${services}?resourceVersion=1000000`,
    {},
    504,
    "Timeout",
    /Too large resource version: 1000000, current: /,
  ],
  [
    "a match without a resourceVersion",
    `GET ${services}?resourceVersionMatch=Exact`,
    {},
    422,
    "Invalid",
    /resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided/,
  ],
  [
    "an unknown match",
    `GET ${services}?resourceVersion=1&resourceVersionMatch=Near`,
    {},
    422,
    "Invalid",
    /resourceVersionMatch: Unsupported value: "Near"/,
  ],
  [
    "initial events without bookmarks",
    `GET ${services}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan`,
    {},
    422,
    "Invalid",
    /requires setting allowWatchBookmarks/,
  ],
  ["an unknown includeObject", `GET ${services}?includeObject=Some`, {}, 400, "BadRequest", /includeObject/],
  [
    "an unknown propagation",
    `DELETE ${configMaps}/cm`,
    { body: { propagationPolicy: "Maybe" } },
    422,
    "Invalid",
    /propagationPolicy: Unsupported value: "Maybe": supported values: "Background", "Foreground", "Orphan"/,
  ],
  [
    "a negative grace period",
    `DELETE ${configMaps}/cm?gracePeriodSeconds=-5`,
    {},
    422,
    "Invalid",
    /gracePeriodSeconds: Invalid value: -5/,
  ],
  [
    "a deletion of another object of that name",
    `DELETE ${configMaps}/cm`,
    { body: { preconditions: { uid: "x" } } },
    409,
    "Conflict",
    /the UID in the precondition \(x\) does not match the UID in record/,
  ],
  [
    "a deletion of an older version",
    `DELETE ${configMaps}/cm`,
    { body: { preconditions: { resourceVersion: "1" } } },
    409,
    "Conflict",
    /the ResourceVersion in the precondition \(1\) does not match/,
  ],
  [
    "a deletion of the namespace default",
    "DELETE /api/v1/namespaces/default",
    {},
    403,
    "Forbidden",
    'namespaces "default" is forbidden: this namespace may not be deleted',
  ],
  [
    "a scale of what isn't there",
    `GET ${deployments}/none/scale`,
    {},
    404,
    "NotFound",
    'deployments.apps "none" not found',
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

for (const [name, request, sent, code, reason, message] of rows) {
  test(`refused: ${name}`, async () => {
    const [method = "", path = ""] = request.split(/ (.*)/s);
    const told = await served.send(method, path, sent);
    assert.deepEqual(
      [told.status, told.at("kind"), told.at("status"), told.at("code")],
      [code, "Status", "Failure", code],
      told.text,
    );
    assert.equal(told.at("reason"), reason, told.text);
    const said = String(told.at("message"));
    if (typeof message === "string") assert.equal(said, message);
    else assert.match(said, message);
  });
}

test("unknown and doubled fields are warned about unless the client wants otherwise", async () => {
  const body = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"data":{"a":"1","a":"2"},"dat":{}}';
  const warned = await served.send("POST", `${configMaps}?dryRun=All`, { body });
  assert.equal(warned.status, 201);
  assert.deepEqual(warned.headers.warning, ['299 - "unknown field \\"dat\\""', '299 - "duplicate field \\"data.a\\""']);
  const silent = await served.send("POST", `${configMaps}?dryRun=All&fieldValidation=Ignore`, { body });
  assert.deepEqual([silent.status, silent.headers.warning], [201, undefined]);
});

test("names that mean something in JavaScript are only names", async () => {
  const text =
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x","labels":{"constructor":"a","toString":"b"}},"data":{"__proto__":"c","hasOwnProperty":"d"}}';
  const told = await served.send("POST", `${configMaps}?dryRun=All`, { body: text });
  assert.equal(told.status, 201, told.text);
  assert.match(told.text, /"__proto__":"c"/);
  assert.equal(told.at("metadata", "labels", "constructor"), "a");
});
