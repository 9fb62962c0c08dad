import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pod } from "#api/core/pod.ts";
import { podOf } from "../pod-specimens.ts";
import { firstToDelete } from "./deletion-rank.ts";

const now = Date.parse("2026-01-02T00:00:00Z");
const hour = 3_600_000;
const served = { nodeName: "node-1", readySince: now - 8 * hour, createdAt: now - 9 * hour };
const cost = (n: number) => ({ annotations: { "controller.kubernetes.io/pod-deletion-cost": `${n}` } });

const cases: readonly { readonly name: string; readonly goes: Pod; readonly stays: Pod }[] = [
  { name: "one without a node", goes: podOf("a", { ...served, nodeName: undefined }), stays: podOf("b", served) },
  { name: "one that is pending", goes: podOf("a", { ...served, phase: "Pending" }), stays: podOf("b", served) },
  { name: "one that is not ready", goes: podOf("a", { nodeName: "node-1" }), stays: podOf("b", served) },
  { name: "one that costs less", goes: podOf("a", { ...served, ...cost(-5) }), stays: podOf("b", served) },
  {
    name: "one whose node has more of them",
    goes: podOf("a", { ...served, nodeName: "full" }),
    stays: podOf("b", served),
  },
  {
    name: "one that is ready since a moment",
    goes: podOf("a", { ...served, readySince: now - 1000 }),
    stays: podOf("b", served),
  },
  { name: "one that restarted more", goes: podOf("a", { ...served, restarts: 3 }), stays: podOf("b", served) },
  { name: "the younger one", goes: podOf("a", { ...served, createdAt: now - hour }), stays: podOf("b", served) },
];

for (const { name, goes, stays } of cases)
  test(`of two pods, first goes ${name}`, () => {
    const sameNode = ({ spec }: Pod) => (spec.nodeName === "full" ? 2 : 1);
    for (const pods of [
      [goes, stays],
      [stays, goes],
    ])
      assert.equal(firstToDelete(pods, sameNode, now)[0], goes);
  });
