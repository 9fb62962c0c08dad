import assert from "node:assert/strict";
import { test } from "node:test";
import { type Duty, dutyOf, inOrder, type Standing } from "./announcement.ts";

const nodes = Array.from({ length: 5 }, (_, i) => `node-${i + 1}`);
const addresses = Array.from({ length: 250 }, (_, i) => `192.0.2.${i}`);

test("addresses spread over the nodes, and a node that goes moves only its own", () => {
  const before = new Map(addresses.map((address) => [address, inOrder(address, nodes)]));
  const firsts = nodes.map((node) => [...before.values()].filter(([first]) => first === node).length);
  assert.ok(
    firsts.every((count) => count > 25 && count < 75),
    firsts.join(" "),
  );
  const left = nodes.filter((node) => node !== "node-3");
  for (const [address, order] of before)
    assert.deepEqual(
      inOrder(address, left),
      order.filter((node) => node !== "node-3"),
    );
});

const order = ["node-1", "node-2", "node-3"];
const silent = (node: string, silentFromMs: number): Standing => ({ kind: "other", node, silentFromMs });
const free = (sinceMs: number, by?: string): Standing => ({ kind: "free", sinceMs, by });
const duties: readonly (readonly [name: string, node: string, standing: Standing, duty: Duty])[] = [
  ["the first takes what is free at once", "node-1", free(1000), { kind: "take" }],
  ["the next one waits for it", "node-2", free(1000), { kind: "wait", untilMs: 3000 }],
  ["who has let it go is the last to take it", "node-1", free(1000, "node-1"), { kind: "wait", untilMs: 5000 }],
  ["and the next one need not wait for it", "node-2", free(1000, "node-1"), { kind: "take" }],
  ["what a node has it keeps, though it isn't the first", "node-3", { kind: "own" }, { kind: "announce" }],
  ["a node that can't serve it any more lets go", "node-9", { kind: "own" }, { kind: "yield" }],
  ["a node that can't serve it doesn't take it", "node-9", free(0), { kind: "nothing" }],
  ["nobody takes it from one who is heard of", "node-2", silent("node-1", 1600), { kind: "wait", untilMs: 1600 }],
  ["one who is silent is followed by the next", "node-2", silent("node-1", 1000), { kind: "take" }],
  ["and that one by the one after it", "node-3", silent("node-1", 1000), { kind: "wait", untilMs: 1150 }],
];
for (const [name, node, standing, duty] of duties)
  test(name, () => assert.deepEqual(dutyOf(standing, { node, order }, 1000), duty));
