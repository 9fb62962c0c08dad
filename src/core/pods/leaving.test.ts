import assert from "node:assert/strict";
import { test } from "node:test";
import type { EndpointSlice } from "#api/discovery/endpoint-slice.ts";
import { type Served, servedIn } from "./leaving.ts";

const sliceOf = (uid: string, conditions: EndpointSlice["endpoints"][number]["conditions"]): EndpointSlice => ({
  metadata: { ...metadata, name: "web-1", namespace: "default" },
  addressType: "IPv4",
  ports: [],
  endpoints: [{ addresses: ["10.244.0.7"], conditions, targetRef: { kind: "Pod", uid } }],
});
const metadata = { uid: "slice", resourceVersion: "1", creationTimestamp: "2026-01-01T00:00:00Z" };

const cases: readonly {
  readonly name: string;
  readonly slices: readonly EndpointSlice[];
  readonly served: Served;
}[] = [
  { name: "in no slice", slices: [], served: "never" },
  { name: "in another pod's slice", slices: [sliceOf("other", { ready: true })], served: "never" },
  { name: "ready", slices: [sliceOf("mine", { ready: true })], served: "ready" },
  { name: "not told to be unready", slices: [sliceOf("mine", {})], served: "ready" },
  {
    name: "terminating, and serving on",
    slices: [sliceOf("mine", { ready: false, serving: true, terminating: true })],
    served: "leaving",
  },
  { name: "not ready for long", slices: [sliceOf("mine", { ready: false, serving: false })], served: "never" },
  {
    name: "ready in one of two slices",
    slices: [sliceOf("mine", { ready: false, serving: true }), sliceOf("mine", { ready: true })],
    served: "ready",
  },
];

for (const { name, slices, served } of cases)
  test(`a pod that is ${name}: ${served}`, () => assert.equal(servedIn(slices, "mine"), served));
