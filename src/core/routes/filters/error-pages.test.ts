import assert from "node:assert/strict";
import { test } from "node:test";
import { pageFor } from "./error-pages.ts";

const failed = {
  status: 404,
  target: "/a?b",
  accept: "text/html",
  requestId: "id-1",
  ingress: "shop/web",
  backend: { service: "shop/front", port: 80 },
};
const pages = { codes: [404, 503], backend: "shop/errors:80" };

test("pageFor: another backend is asked, with what it is about", () =>
  assert.deepEqual(pageFor(pages, failed), {
    backend: "shop/errors:80",
    headers: [
      { name: "x-code", value: "404" },
      { name: "x-format", value: "text/html" },
      { name: "x-original-uri", value: "/a?b" },
      { name: "x-namespace", value: "shop" },
      { name: "x-ingress-name", value: "web" },
      { name: "x-service-name", value: "front" },
      { name: "x-service-port", value: "80" },
      { name: "x-request-id", value: "id-1" },
    ],
  }));

test("pageFor: other codes are the backend's", () =>
  assert.equal(pageFor(pages, { ...failed, status: 200 }), undefined));
test("pageFor: without pages all are", () => assert.equal(pageFor(undefined, failed), undefined));
