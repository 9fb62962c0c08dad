import assert from "node:assert/strict";
import { test } from "node:test";
import { podOf } from "../pod-specimens.ts";
import { podPort } from "./destinations.ts";
import { readTargetName } from "./target-name.ts";

for (const [text, read] of [
  ["web", { scheme: "http", name: "web", port: "" }],
  ["web:80", { scheme: "http", name: "web", port: "80" }],
  ["https:web:http", { scheme: "https", name: "web", port: "http" }],
  ["https:web:", { scheme: "https", name: "web", port: "" }],
  [":web:1", { scheme: "http", name: "web", port: "1" }],
  ["", undefined],
  [":80", undefined],
  ["ftp:web:1", undefined],
  ["a:b:c:d", undefined],
] as const)
  test(`the name of a target: ${JSON.stringify(text)}`, () => assert.deepEqual(readTargetName(text), read));

const bare = podOf("web");
const [container] = bare.spec.containers;
const ports = [
  { name: "web", containerPort: 8080, protocol: "TCP" as const },
  { name: "admin", containerPort: 9090, protocol: "TCP" as const },
];
const open = { ...bare, spec: { ...bare.spec, containers: container === undefined ? [] : [{ ...container, ports }] } };

for (const [pod, scheme, port, number] of [
  [open, "http", "", 8080],
  [open, "http", "admin", 9090],
  [open, "http", "81", 81],
  [open, "http", "0", undefined],
  [open, "http", "65536", undefined],
  [open, "http", "none", undefined],
  [bare, "http", "", 80],
  [bare, "https", "", 443],
] as const)
  test(`${pod === open ? "of a pod with ports" : "of a pod without"}, ${scheme} and ${JSON.stringify(port)} mean ${number}`, () =>
    assert.equal(podPort(pod, { scheme, name: "web", port }), number));
