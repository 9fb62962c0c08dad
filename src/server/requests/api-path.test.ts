import assert from "node:assert/strict";
import { test } from "node:test";
import { parseApiPath, type ResourcePath } from "./api-path.ts";

const resource = (part: Partial<ResourcePath>): ResourcePath => ({
  kind: "resource",
  group: "",
  version: "v1",
  namespace: "",
  resource: "",
  name: "",
  subresource: "",
  rest: "",
  isOldWatch: false,
  ...part,
});

const read: readonly (readonly [path: string, expected: ReturnType<typeof parseApiPath>])[] = [
  ["/api/v1/pods", resource({ resource: "pods" })],
  ["/api/v1/pods/", resource({ resource: "pods" })],
  ["/api/v1/namespaces", resource({ resource: "namespaces" })],
  ["/api/v1/namespaces/a", resource({ resource: "namespaces", name: "a", namespace: "a" })],
  [
    "/api/v1/namespaces/a/finalize",
    resource({ resource: "namespaces", name: "a", namespace: "a", subresource: "finalize" }),
  ],
  ["/api/v1/namespaces/a/pods", resource({ resource: "pods", namespace: "a" })],
  ["/api/v1/namespaces/a/pods/b", resource({ resource: "pods", namespace: "a", name: "b" })],
  ["/api/v1/namespaces/a/pods/b/log", resource({ resource: "pods", namespace: "a", name: "b", subresource: "log" })],
  [
    "/apis/apps/v1/namespaces/a/deployments/b/scale",
    resource({ group: "apps", resource: "deployments", namespace: "a", name: "b", subresource: "scale" }),
  ],
  [
    "/api/v1/namespaces/a/services/b:80/proxy/x//y",
    resource({ resource: "services", namespace: "a", name: "b:80", subresource: "proxy", rest: "/x//y" }),
  ],
  [
    "/api/v1/namespaces/a/pods/b/proxy",
    resource({ resource: "pods", namespace: "a", name: "b", subresource: "proxy" }),
  ],
  [
    "/api/v1/nodes/b/proxy/x%2Fy/%20/",
    resource({ resource: "nodes", name: "b", subresource: "proxy", rest: "/x%2Fy/%20/" }),
  ],
  [
    "/api/v1/proxy/namespaces/a/services/b:http/",
    resource({
      resource: "services",
      namespace: "a",
      name: "b:http",
      subresource: "proxy",
      rest: "/",
      isOldProxy: true,
    }),
  ],
  [
    "/api/v1/proxy/nodes/b/x/proxy/y",
    resource({ resource: "nodes", name: "b", subresource: "proxy", rest: "/x/proxy/y", isOldProxy: true }),
  ],
  [
    "/api/v1/proxy/namespaces/a/secrets/b",
    resource({ resource: "proxy", name: "namespaces", subresource: "a", rest: "/secrets/b" }),
  ],
  ["/api/v1/watch/namespaces/a/pods", resource({ resource: "pods", namespace: "a", isOldWatch: true })],
  ["/api/v1/nodes/n%2D1", resource({ resource: "nodes", name: "n-1" })],
  ["/", { kind: "document", path: "/" }],
  ["/api", { kind: "document", path: "/api" }],
  ["/api/v1", { kind: "document", path: "/api/v1" }],
  ["/apis/apps/v1/", { kind: "document", path: "/apis/apps/v1" }],
  ["/openapi/v3/apis/apps/v1", { kind: "document", path: "/openapi/v3/apis/apps/v1" }],
];
for (const [path, expected] of read) {
  test(`path: ${path} is read`, () => assert.deepEqual(parseApiPath(path), expected));
}

const refused = [
  "",
  "pods",
  "/api/v1/namespaces/../secrets",
  "/api/v1/nodes/b/proxy/..",
  "/api/v1/nodes/b/proxy/%2e%2E/x",
  "/api/v1/nodes/b/proxy/x/..%2fy",
  "/api/v1/nodes/b/proxy/x%5c..%5cy",
  "/api/v1/nodes/b/proxy/x%0d%0ay",
  "/api/v1/nodes/b/proxy/%zz",
  "/api/v1/nodes/a%2fb/proxy/x",
  "/api/v1/proxy/nodes/b/../c",
  "/api/v1/namespaces/%2e%2e/secrets",
  "/api/v1/namespaces/a%2fb/secrets",
  "/api/v1/namespaces/a/secrets/a%5Cb",
  "/api/v1/namespaces//secrets",
  "/api/v1/namespaces/a/secrets/x%00",
  "/api/v1/namespaces/a/secrets/x%0a",
  "/api/v1/namespaces/a/secrets/%zz",
  "/api/v1/namespaces/a/services/b/proxy/../..",
  "/openapi/../api",
  `/api/v1/${"x".repeat(9000)}`,
];
for (const path of refused) {
  test(`path: ${path.slice(0, 60)} is refused`, () => assert.equal(parseApiPath(path).kind, "refused"));
}
