import assert from "node:assert/strict";
import { test } from "node:test";
import { hintsFor, type Whereabouts } from "./slice-hints.ts";
import { serviceOf } from "./specimens.ts";

const here: Whereabouts = { ready: true, zone: "a", nodeName: "node-1" };
const zone = { forZones: [{ name: "a" }] };
const cases: readonly (readonly [name: string, wish: string | undefined, at: Whereabouts, hints: unknown])[] = [
  ["no wish", undefined, here, undefined],
  ["the same zone", "PreferSameZone", here, zone],
  ["the same zone, by its old name", "PreferClose", here, zone],
  ["the same node", "PreferSameNode", here, { ...zone, forNodes: [{ name: "node-1" }] }],
  ["the same zone of a node without one", "PreferSameZone", { ...here, zone: undefined }, undefined],
  [
    "the same node of one without a zone",
    "PreferSameNode",
    { ...here, zone: undefined },
    { forNodes: [{ name: "node-1" }] },
  ],
  ["an endpoint that isn't ready", "PreferSameZone", { ...here, ready: false }, undefined],
];
for (const [name, trafficDistribution, at, hints] of cases)
  test(`hints: ${name}`, () => {
    const service = serviceOf("web", trafficDistribution === undefined ? {} : { trafficDistribution });
    assert.deepEqual(hintsFor(service, at), hints);
  });
