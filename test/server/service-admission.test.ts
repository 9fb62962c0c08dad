import assert from "node:assert/strict";
import { test } from "node:test";
import type { Identity } from "#core/access/identity.ts";
import { type Served, serve } from "./served.ts";

const services = "/api/v1/namespaces/default/services";
const endpoints = "/api/v1/namespaces/default/endpoints";
const slices = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices";
const merge = { "content-type": "application/merge-patch+json" };
/** Somebody to whom the roles give everything, and who is no administrator for all that. */
async function component({ send }: Served, user: string): Promise<Identity> {
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" };
  const body = { metadata: { name: `everything:${user}` }, roleRef, subjects: [{ kind: "User", name: user }] };
  await send("POST", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", { body });
  return { user, groups: ["system:authenticated"] };
}
const web = (spec: object) => ({ metadata: { name: "web" }, spec: { ports: [{ port: 80 }], ...spec } });

test("external addresses are the administrator's to give, and anybody's to keep or to give up", async () => {
  await using served = await serve();
  const identity = await component(served, "jane");
  const denied = await served.send("POST", services, { body: web({ externalIPs: ["203.0.113.7"] }), identity });
  assert.deepEqual(
    [denied.status, denied.at("reason"), denied.at("message")],
    [403, "Forbidden", 'services "web" is forbidden: Use of external IPs is denied by admission control'],
  );
  const given = await served.send("POST", services, { body: web({ externalIPs: ["203.0.113.7", "203.0.113.8"] }) });
  assert.equal(given.status, 201);
  const change = (externalIPs: readonly string[]) =>
    served.send("PATCH", `${services}/web`, { body: { spec: { externalIPs } }, headers: merge, identity });
  assert.equal((await change(["203.0.113.7", "203.0.113.9"])).status, 403);
  assert.equal((await change(["203.0.113.7"])).status, 200);
  assert.equal((await change(["203.0.113.8"])).status, 403);
});

test("where a load balancer answers is its own to write, below status", async () => {
  await using served = await serve();
  await served.send("POST", services, {
    body: { ...web({ type: "LoadBalancer" }), status: { loadBalancer: { ingress: [{ ip: "192.0.2.5" }] } } },
  });
  const status = { loadBalancer: { ingress: [{ ip: "192.0.2.5" }] } };
  const patch = (path: string, identity?: Identity, sent: object = status) =>
    served.send("PATCH", path, { body: { status: sent }, headers: merge, ...(identity && { identity }) });
  const [jane, controllers] = [
    await component(served, "jane"),
    await component(served, "system:kube-controller-manager"),
  ];
  const main = await patch(`${services}/web`);
  assert.deepEqual([main.status, main.at("status", "loadBalancer")], [200, {}]);
  const other = await patch(`${services}/web/status`, jane);
  assert.deepEqual(
    [other.status, other.at("message")],
    [403, 'services "web" is forbidden: status.loadBalancer is the load balancer\'s to write'],
  );
  const conditions = [
    { type: "A", status: "True", reason: "B", message: "", lastTransitionTime: "2026-01-01T00:00:00Z" },
  ];
  assert.equal((await patch(`${services}/web/status`, jane, { conditions })).status, 200);
  const own = await patch(`${services}/web/status`, controllers);
  assert.deepEqual(
    [own.status, own.at("status", "loadBalancer", "ingress"), own.at("status", "conditions", 0, "type")],
    [200, [{ ip: "192.0.2.5", ipMode: "VIP" }], "A"],
  );
});

const badStatuses: readonly (readonly [name: string, type: string, ingress: object, message: RegExp])[] = [
  [
    "of a Service that has none",
    "ClusterIP",
    { ip: "192.0.2.5" },
    /status\.loadBalancer\.ingress: Forbidden: may only be used when `spec\.type` is 'LoadBalancer'/,
  ],
  [
    "at no address",
    "LoadBalancer",
    { ip: "192.0.2" },
    /ingress\[0\]\.ip: Invalid value: "192\.0\.2": must be a valid IP/,
  ],
  [
    "in a mode that is none",
    "LoadBalancer",
    { ip: "192.0.2.5", ipMode: "NAT" },
    /ingress\[0\]\.ipMode: Unsupported value: "NAT": supported values: "Proxy", "VIP"/,
  ],
  [
    "in a mode without an address",
    "LoadBalancer",
    { hostname: "lb.example.com", ipMode: "VIP" },
    /ingress\[0\]\.ipMode: Forbidden: may not be specified when `ip` is not set/,
  ],
  [
    "at a name that is an address",
    "LoadBalancer",
    { hostname: "192.0.2.5" },
    /ingress\[0\]\.hostname: Invalid value: "192\.0\.2\.5": must be a DNS name, not an IP address/,
  ],
];
for (const [name, type, ingress, message] of badStatuses)
  test(`no load balancer answers ${name}`, async () => {
    await using served = await serve();
    await served.send("POST", services, { body: web({ type }) });
    const body = { status: { loadBalancer: { ingress: [ingress] } } };
    const told = await served.send("PATCH", `${services}/web/status`, { body, headers: merge });
    assert.equal(told.status, 422);
    assert.match(String(told.at("message")), message);
  });

const warned: readonly (readonly [name: string, spec: object, warning: string])[] = [
  [
    "external addresses",
    { externalIPs: ["203.0.113.7"] },
    "spec.externalIPs is deprecated and may no longer be implemented in some clusters",
  ],
  [
    "external addresses of a headless Service",
    { clusterIP: "None", externalIPs: ["203.0.113.7"] },
    "spec.externalIPs is ignored for headless services",
  ],
  [
    "external addresses of an alias",
    { type: "ExternalName", externalName: "example.com", externalIPs: ["203.0.113.7"] },
    'spec.externalIPs is ignored when spec.type is "ExternalName"',
  ],
  [
    "an alias's name elsewhere",
    { externalName: "example.com" },
    'spec.externalName is ignored when spec.type is not "ExternalName"',
  ],
  [
    "affinity of a headless Service",
    { clusterIP: "None", sessionAffinity: "ClientIP" },
    "spec.SessionAffinity is ignored for headless services",
  ],
  [
    "a wish by its old name",
    { trafficDistribution: "PreferClose" },
    'spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"',
  ],
  [
    "an IPv6 address in a form of its own",
    { externalIPs: ["2001:DB8::7"] },
    'spec.externalIPs[0]: IPv6 address "2001:DB8::7" should be in RFC 5952 canonical format ("2001:db8::7")',
  ],
  [
    "a source range that might be one address",
    { type: "LoadBalancer", loadBalancerSourceRanges: [" 10.1.2.3/24 "] },
    'spec.loadBalancerSourceRanges[0]: CIDR value "10.1.2.3/24" is ambiguous in this context (should be "10.1.2.0/24" or "10.1.2.3/32"?)',
  ],
];
for (const [name, spec, warning] of warned)
  test(`taken with a warning: ${name}`, async () => {
    await using served = await serve();
    const told = await served.send("POST", services, { body: web(spec) });
    assert.equal(told.status, 201);
    const shown = `299 - "${warning.replaceAll('"', '\\"')}"`;
    assert.ok(told.headers.warning?.includes(shown), JSON.stringify(told.headers.warning));
    const refused = await served.send("POST", services, { body: web({ ...spec, sessionAffinity: "Cookie" }) });
    assert.deepEqual([refused.status, refused.headers.warning], [422, undefined]);
  });

test("what stands behind a Service can't be a Service", async () => {
  await using served = await serve();
  const slice = { metadata: { name: "x" }, addressType: "IPv4", endpoints: [{ addresses: ["10.96.0.1"] }] };
  const told = await served.send("POST", slices, { body: slice });
  assert.deepEqual(
    [told.status, told.at("details", "causes", 0, "field"), told.at("details", "causes", 0, "message")],
    [
      422,
      "endpoints[0].addresses[0]",
      'Invalid value: "10.96.0.1": may not be in the range of cluster IPs (10.96.0.0/12)',
    ],
  );
  const older = { metadata: { name: "x" }, subsets: [{ notReadyAddresses: [{ ip: "10.111.255.255" }] }] };
  const toldOlder = await served.send("POST", endpoints, { body: older });
  assert.deepEqual(
    [toldOlder.status, toldOlder.at("details", "causes", 0, "field")],
    [422, "subsets[0].notReadyAddresses[0].ip"],
  );
  assert.equal(
    (await served.send("POST", endpoints, { body: { ...older, subsets: [{ addresses: [{ ip: "10.1.0.1" }] }] } }))
      .status,
    201,
  );
});

test("ten thousand source ranges are taken, and one bad one among them is named", async () => {
  await using served = await serve();
  const ranges = Array.from({ length: 10_000 }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`);
  const good = await served.send("POST", services, {
    body: web({ type: "LoadBalancer", loadBalancerSourceRanges: ranges }),
  });
  assert.equal(good.status, 201);
  const body = web({ type: "LoadBalancer", loadBalancerSourceRanges: [...ranges, "10.0.0.0/33"] });
  const bad = await served.send("PUT", `${services}/web`, { body });
  assert.deepEqual(
    [bad.status, bad.at("details", "causes", 0, "field"), bad.at("details", "causes", 1)],
    [422, "spec.LoadBalancerSourceRanges[10000]", undefined],
  );
});

const warnedEndpoints: readonly (readonly [name: string, path: string, object: object, warning: RegExp])[] = [
  [
    "a slice of names",
    slices,
    { addressType: "FQDN", endpoints: [{ addresses: ["db.example.com"] }] },
    /spec\.addressType: FQDN endpoints are deprecated/,
  ],
  [
    "a slice with an address in a form of its own",
    slices,
    { addressType: "IPv6", endpoints: [{ addresses: ["2001:DB8::1"] }] },
    /endpoints\[0\]\.addresses\[0\]: IPv6 address .* should be in RFC 5952 canonical format/,
  ],
  [
    "Endpoints with an address in a form of its own",
    endpoints,
    { subsets: [{ notReadyAddresses: [{ ip: "2001:db8:0::1" }] }] },
    /subsets\[0\]\.notReadyAddresses\[0\]\.ip: IPv6 address .* should be in RFC 5952 canonical format/,
  ],
];
for (const [name, path, object, warning] of warnedEndpoints)
  test(`taken with a warning: ${name}`, async () => {
    await using served = await serve();
    const told = await served.send("POST", path, { body: { metadata: { name: "x" }, ...object } });
    assert.equal(told.status, 201);
    assert.match(String(told.headers.warning), warning);
  });
