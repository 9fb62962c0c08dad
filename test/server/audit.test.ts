import assert from "node:assert/strict";
import { get } from "node:https";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import type { AuditPolicy } from "#api/audit/policy.ts";
import type { Identity } from "#core/access/identity.ts";
import { readAuditPolicy } from "#server/audit/policy-file.ts";
import { heldBody } from "#server/exchange.ts";
import { eventually } from "../harness/eventually.ts";
import { listening } from "./listening.ts";
import { administrator, partOf, type Served, serve, withAccount } from "./served.ts";

const anna: Identity = { user: "anna", groups: ["staff", "system:authenticated"] };
const configMaps = "/api/v1/namespaces/default/configmaps";
const secrets = "/api/v1/namespaces/default/secrets";

interface Auditing {
  readonly served: Served;
  /** What has been written since it was asked last, but of the cluster's own beginnings. */
  readonly events: () => Promise<readonly unknown[]>;
}

async function auditing(
  rules: AuditPolicy["rules"],
  rest: Partial<AuditPolicy> = {},
): Promise<Auditing & AsyncDisposable> {
  let text = "";
  const sink = {
    append: async (more: string) => {
      text += more;
    },
  };
  const served = await serve({ audit: { policy: { rules, ...rest }, sink } });
  await turn();
  await turn();
  text = "";
  return {
    served,
    events: async () => {
      for (let i = 0; i < 10; i++) await turn();
      const lines = text.split("\n").filter((line) => line !== "");
      text = "";
      return lines.map((line): unknown => JSON.parse(line));
    },
    [Symbol.asyncDispose]: () => served[Symbol.asyncDispose](),
  };
}
const all = (events: readonly unknown[], ...steps: readonly (string | number)[]) =>
  events.map((one) => partOf(one, steps));

test("a request is told of when it comes and when it is answered, under the id of its answer", async () => {
  await using log = await auditing([{ level: "Metadata" }]);
  const headers = { "user-agent": "kubectl/v1.33.0" };
  const made = await log.served.send("POST", `${configMaps}?fieldManager=me`, {
    body: { metadata: { name: "c" }, data: { a: "secret thing" } },
    headers,
  });
  const events = await log.events();
  assert.deepEqual(all(events, "stage"), ["RequestReceived", "ResponseComplete"]);
  const [, event] = events;
  const { requestReceivedTimestamp, stageTimestamp, auditID, ...rest } = Object(event);
  assert.equal(auditID, made.headers["audit-id"]);
  for (const time of [requestReceivedTimestamp, stageTimestamp]) assert.match(time, /^\d{4}-.*\.\d{6}Z$/);
  assert.deepEqual(rest, {
    kind: "Event",
    apiVersion: "audit.k8s.io/v1",
    level: "Metadata",
    stage: "ResponseComplete",
    requestURI: `${configMaps}?fieldManager=me`,
    verb: "create",
    user: { username: "tester", groups: administrator.groups },
    sourceIPs: [],
    userAgent: "kubectl/v1.33.0",
    objectRef: { resource: "configmaps", namespace: "default", name: "c", apiVersion: "v1" },
    responseStatus: { metadata: {}, code: 201 },
    annotations: { "authorization.k8s.io/decision": "allow", "authorization.k8s.io/reason": "" },
  });
});

test("at Metadata nothing of a Secret or a token is written, at Request what was sent, at RequestResponse what was answered", async () => {
  const secret = { metadata: { name: "s" }, stringData: { key: "very secret" } };
  for (const [level, sent, told] of [
    ["Metadata", false, false],
    ["Request", true, false],
    ["RequestResponse", true, true],
  ] as const) {
    await using log = await auditing([{ level }], { omitStages: ["RequestReceived"] });
    await log.served.send("POST", secrets, { body: secret });
    const review = { spec: { token: "a.b.c" } };
    await log.served.send("POST", "/apis/authentication.k8s.io/v1/tokenreviews", { body: review });
    const events = await log.events();
    assert.equal(JSON.stringify(events).includes("very secret"), sent, level);
    assert.equal(JSON.stringify(events).includes("a.b.c"), sent, level);
    assert.deepEqual(all(events, "requestObject", "metadata", "name"), [sent ? "s" : undefined, undefined]);
    assert.equal(partOf(events[0], ["responseObject", "kind"]), told ? "Secret" : undefined);
    assert.equal(partOf(events[0], ["objectRef", "name"]), "s");
  }
});

test("a namespace's level of pod security, and what breaks the one that is for the log alone, are told of", async () => {
  await using log = await auditing([{ level: "Metadata" }], { omitStages: ["RequestReceived"] });
  const label = (mode: string): string => `pod-security.kubernetes.io/${mode}`;
  const labels = { [label("enforce")]: "baseline", [label("audit")]: "restricted" };
  await log.served.send("POST", "/api/v1/namespaces", { body: { metadata: { name: "shop", labels } } });
  await withAccount(log.served, "shop");
  await log.events();
  const spec = { securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } } };
  const container = { name: "c", image: "a", securityContext: { allowPrivilegeEscalation: false } };
  const create = (more: object) =>
    log.served.send("POST", "/api/v1/namespaces/shop/pods", {
      body: { metadata: { name: "x" }, spec: { ...spec, containers: [container], ...more } },
    });
  const [refused, made] = [await create({ hostNetwork: true }), await create({})];
  assert.deepEqual([refused.status, made.status], [403, 201]);
  assert.equal(made.headers.warning, undefined);
  const events = await log.events();
  assert.deepEqual(all(events, "annotations", label("enforce-policy")), ["baseline:latest", "baseline:latest"]);
  const capabilities = 'unrestricted capabilities (container "c" must set securityContext.capabilities.drop=["ALL"])';
  assert.deepEqual(all(events, "annotations", label("audit-violations")), [
    `would violate PodSecurity "restricted:latest": host namespaces (hostNetwork=true), ${capabilities}`,
    `would violate PodSecurity "restricted:latest": ${capabilities}`,
  ]);
});

test("who has set which field is left out where that is wanted", async () => {
  for (const omitManagedFields of [true, false]) {
    await using log = await auditing([{ level: "RequestResponse" }], { omitManagedFields });
    const body = { metadata: { name: "c" }, data: { a: "b" } };
    await log.served.send("POST", `${configMaps}?fieldManager=me`, { body });
    const event = (await log.events()).at(-1);
    assert.equal(partOf(event, ["responseObject", "metadata", "managedFields"]) === undefined, omitManagedFields);
  }
});

test("rules choose: nothing of the first, all of the second, and what no rule is about is not told", async () => {
  await using log = await auditing(
    [
      { level: "None", users: ["tester"] },
      { level: "Metadata", resources: [{ group: "", resources: ["configmaps"] }] },
    ],
    { omitStages: ["RequestReceived"] },
  );
  for (const identity of [administrator, anna])
    for (const path of [configMaps, secrets]) await log.served.send("GET", path, { identity });
  const events = await log.events();
  assert.deepEqual(all(events, "requestURI"), [configMaps]);
  assert.deepEqual(
    [partOf(events[0], ["verb"]), partOf(events[0], ["responseStatus"])],
    [
      "list",
      {
        metadata: {},
        status: "Failure",
        message:
          'configmaps is forbidden: User "anna" cannot list resource "configmaps" in API group "" in the namespace "default"',
        reason: "Forbidden",
        code: 403,
      },
    ],
  );
  assert.equal(partOf(events[0], ["annotations", "authorization.k8s.io/decision"]), "forbid");
});

test("whoever impersonates somebody is told of with them; a rule is about who has sent it", async () => {
  await using log = await auditing([{ level: "Metadata", users: ["tester"] }], { omitStages: ["RequestReceived"] });
  await log.served.send("GET", configMaps, { headers: { "impersonate-user": "bob" } });
  await log.served.send("GET", configMaps, { headers: { "impersonate-user": "tester" }, identity: anna });
  const events = await log.events();
  assert.deepEqual(all(events, "user", "username"), ["tester"]);
  assert.deepEqual(partOf(events[0], ["impersonatedUser"]), { username: "bob", groups: ["system:authenticated"] });
});

test("who shows a token that isn't good is told of as nobody", async () => {
  await using log = await auditing([{ level: "Metadata" }], { omitStages: ["RequestReceived"] });
  await log.served.send("GET", configMaps, { identity: undefined, headers: { authorization: "Bearer nonsense" } });
  const events = await log.events();
  assert.deepEqual(all(events, "stage"), ["ResponseStarted"]);
  assert.deepEqual(all(events, "responseStatus", "code"), [401]);
  assert(!JSON.stringify(events).includes("nonsense"));
});

test("a watch is told of when it begins and when it ends", async () => {
  await using log = await auditing([{ level: "Metadata" }]);
  const leaving = new AbortController();
  const url = `${configMaps}?watch=true`;
  const answer = await log.served.server.handle({ method: "GET", url, headers: {}, ...heldBody() }, administrator);
  assert(answer.kind === "stream");
  const outlet = { write: () => 0, drained: async () => {}, waiting: () => 0, end: () => {}, cut: () => {} };
  answer.run({ ...outlet, closed: leaving.signal });
  assert.deepEqual(all(await log.events(), "stage"), ["RequestReceived", "ResponseStarted"]);
  leaving.abort();
  const events = await log.events();
  assert.deepEqual([all(events, "stage"), all(events, "verb")], [["ResponseComplete"], ["watch"]]);
});

test("a client's address is told, and documents are no objects", async () => {
  let text = "";
  const sink = {
    append: async (more: string) => {
      text += more;
    },
  };
  await using server = await listening({ audit: { policy: { rules: [{ level: "Metadata" }] }, sink } });
  const status = await new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port: server.port, path: "/version?x=y", ca: server.authority.certificate };
    get(options, (answer) => resolve(answer.resume().statusCode)).on("error", reject);
  });
  assert.equal(status, 200);
  const event = await eventually(
    "the event",
    () => text.split("\n").find((line) => line.includes('"ResponseComplete"') && line.includes("/version?x=y")),
    { seconds: 5 },
  );
  const told: unknown = JSON.parse(event);
  assert.deepEqual(partOf(told, ["sourceIPs"]), ["127.0.0.1"]);
  assert.equal(partOf(told, ["objectRef"]), undefined);
  assert.equal(partOf(told, ["verb"]), "get");
});

test("a log that can't be written is told of once, and requests go on", async () => {
  let isFull = true;
  let text = "";
  const reports: unknown[] = [];
  const append = async (more: string): Promise<void> => {
    if (isFull) throw new Error("ENOSPC: no space left on device, write");
    text += more;
  };
  const audit = { policy: { rules: [{ level: "Metadata" }] }, sink: { append } };
  await using served = await serve({ audit, report: (fault) => reports.push(fault) });
  for (let i = 0; i < 5; i++) {
    assert.equal((await served.send("GET", configMaps)).status, 200);
    await turn();
    await turn();
  }
  assert.deepEqual(reports.map(String), [
    "Error: the audit log can't be written: ENOSPC: no space left on device, write",
  ]);
  isFull = false;
  await served.send("GET", configMaps);
  await eventually("what is written again", () => text.includes('"list"'), { seconds: 5 });
  const { text: metrics } = await served.send("GET", "/metrics");
  assert.match(metrics, /^apiserver_audit_error_total [1-9]/m);
  assert.match(metrics, /^apiserver_audit_event_total [1-9]/m);
});

const head = "apiVersion: audit.k8s.io/v1\nkind: Policy\n";
for (const [text, why] of [
  ["rules: [{level: Metadata}]", "apiVersion must be audit.k8s.io/v1 and kind Policy, not undefined and undefined"],
  [`${head}rules: []`, "rules: Required value: a policy without rules audits nothing"],
  [
    `${head}rules: [{level: Most}]`,
    'rules[0].level: Unsupported value: "Most": supported values: "Metadata", "None", "Request", "RequestResponse"',
  ],
  [`${head}rules: [{users: [a]}]`, "rules[0].level: Required value"],
  [`${head}rules: [{level: None, user: [a]}]`, 'unknown field "rules[0].user"'],
  [
    `${head}rules: [{level: None, nonResourceURLs: [healthz]}]`,
    `rules[0].nonResourceURLs[0]: Invalid value: "healthz": non-resource URL rules must begin with a '/' character`,
  ],
  [
    `${head}rules: [{level: None, resources: [{resourceNames: [a]}]}]`,
    'rules[0].resources[0].resourceNames: Invalid value: ["a"]: using resourceNames requires at least one resource',
  ],
  [
    `${head}omitStages: [Late]\nrules: [{level: None}]`,
    'omitStages[0]: Invalid value: "Late": allowed stages are Panic,RequestReceived,ResponseComplete,ResponseStarted',
  ],
  [`${head}rules: {`, "it is not YAML"],
] as const)
  test(`refused as a policy: ${why}`, async () => {
    const reading = await readAuditPolicy(text);
    assert(reading.kind === "refused");
    assert(reading.why.startsWith(why), reading.why);
  });

test("a policy as people write it is read", async () => {
  const reading = await readAuditPolicy(`${head}omitStages: [RequestReceived]
rules:
  - level: None
    nonResourceURLs: ["/healthz*", /version]
  - level: Metadata
    resources: [{group: "", resources: [secrets, configmaps]}]
  - level: RequestResponse
    verbs: [create]
    omitManagedFields: true
`);
  assert(reading.kind === "policy");
  assert.deepEqual(
    reading.policy.rules.map(({ level }) => level),
    ["None", "Metadata", "RequestResponse"],
  );
});
