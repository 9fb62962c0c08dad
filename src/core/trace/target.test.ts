import assert from "node:assert/strict";
import { test } from "node:test";
import { parseFrom, parseTarget, showFrom, showTarget } from "./target.ts";

const targets: readonly (readonly [string, string])[] = [
  ["svc/web", "Service shop/web"],
  ["service/web:http", "Service shop/web:http"],
  ["svc/other/web:80", "Service other/web:80"],
  ["pod/web-0:8080", "pod shop/web-0:8080"],
  ["ingress/web", "Ingress shop/web"],
  ["ing/other/web", "Ingress other/web"],
  ["web:80", "web:80"],
  ["10.96.0.10:53/udp", "10.96.0.10:53/UDP"],
  ["[fd00::1]:80", "[fd00::1]:80"],
  ["http://web/a?b=c", "http://web/a?b=c"],
  ["HTTPS://[fd00::1]/", "HTTPS://[fd00::1]/"],
];
for (const [text, shown] of targets)
  test(`${text} is understood as ${shown}`, () => {
    const read = parseTarget(text, "shop");
    assert.equal(read.kind === "understood" && showTarget(read.value), shown);
  });

test("a URL's port is its scheme's where it names none", () => {
  const ports = ["http://web/", "https://web/", "http://web:8080/"].map((text) => {
    const read = parseTarget(text, "shop");
    return read.kind === "understood" && read.value.kind === "place" && read.value.port;
  });
  assert.deepEqual(ports, [80, 443, 8080]);
});

for (const text of [
  "web",
  "svc/",
  "svc/a/b/c",
  "ingress/web:80",
  "deployment/web",
  "web:0",
  "web:70000",
  "http://",
  "fd00::1:80",
  "",
])
  test(`${JSON.stringify(text)} is refused with a way out`, () => {
    const read = parseTarget(text, "shop");
    assert.ok(read.kind === "refused" && read.fix !== "");
  });

test("who asks: a pod of the namespace or of another, a node, somebody outside; nobody else", () => {
  const shown = ["pod/client", "pod/other/client", "node/node-1", "outside", "me"].map((text) => {
    const read = parseFrom(text, "shop");
    return read.kind === "understood" ? showFrom(read.value) : "refused";
  });
  assert.deepEqual(shown, ["pod shop/client", "pod other/client", "node node-1", "outside", "refused"]);
});
