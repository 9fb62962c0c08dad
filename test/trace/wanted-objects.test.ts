import assert from "node:assert/strict";
import { test } from "node:test";
import { portolanController } from "#core/routes/route-book.ts";
import { type About, wantedObjects } from "#core/trace/ingress/wanted-objects.ts";
import type { JsonObject } from "#machinery/json.ts";
import { routedIn } from "./told-ingress.ts";

const ingress = (name: string, host: string, more: JsonObject): JsonObject => ({
  kind: "Ingress",
  metadata: { name, annotations: more.annotations ?? {} },
  spec: { rules: [{ host }], tls: [{ hosts: [host], secretName: `${name}-tls` }] },
});
const auth = {
  annotations: {
    "nginx.ingress.kubernetes.io/auth-type": "basic",
    "nginx.ingress.kubernetes.io/auth-secret": "users",
  },
};
const documents: readonly JsonObject[] = [
  ingress("shop", "shop.example.com", auth),
  ingress("any", "*.example.com", {}),
  ingress("other", "other.example.org", {}),
  {
    kind: "Secret",
    metadata: { name: "any-tls" },
    type: "kubernetes.io/tls",
    stringData: { "tls.crt": "-----BEGIN", "tls.key": "-----BEGIN" },
  },
];
const around = {
  service: () => undefined,
  slices: () => [],
  families: ["IPv4"],
  controllers: [portolanController],
  controllerPod: undefined,
} as const;

const rows: readonly (readonly [about: About, secrets: readonly string[]])[] = [
  [{ host: "shop.example.com" }, ["default/shop-tls", "default/users"]],
  [{ host: "blue.example.com" }, []],
  [{ host: "other.example.org" }, ["default/other-tls"]],
  [{ host: "nobody.example.net" }, []],
  [{ ingress: "default/other" }, ["default/other-tls"]],
];
for (const [about, secrets] of rows)
  test(`a story of ${Object.values(about)} needs no Secrets but ${secrets.join(", ") || "those that it has"}`, () =>
    assert.deepEqual(wantedObjects(routedIn(documents, new Map()), about, around).secrets.toSorted(), secrets));
