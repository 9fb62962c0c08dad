import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pod } from "#api/core/pod.ts";
import { seeded } from "../../../test/harness/seeded.ts";
import { RoomBook } from "./room-book.ts";
import { asking, container, node, pod } from "./specimens.ts";

const names = ["a", "b", "c"];
const bookOf = (lodgers: ReadonlyMap<string, readonly [Pod, string]>): RoomBook => {
  const book = new RoomBook();
  for (const name of names) book.nodeChanged(undefined, node(name));
  for (const [one, nodeName] of lodgers.values()) book.lodge(one, nodeName);
  return book;
};

/** All that a book says, in an order of its own. */
function told(book: RoomBook): readonly string[] {
  const rooms = book.rooms().map(({ node: one, taken, assumed, podCount, hostPorts }) => {
    const amounts = [taken, assumed].map((map) => [...map].filter(([, amount]) => amount !== 0).toSorted());
    return JSON.stringify([one.metadata.name, amounts, podCount, hostPorts.map(({ pod: of }) => of).toSorted()]);
  });
  const crowds = [...book.crowds()].map(({ on, ...crowd }) => JSON.stringify([crowd, [...on].toSorted()]));
  return [...rooms, ...crowds].toSorted();
}

test("after whatever came and went, the book says what a new one would", () => {
  const ports = [{ containerPort: 80, hostPort: 80, protocol: "TCP" }] as const;
  const kinds = [
    (name: string) => pod(name, { labels: { app: "web" } }),
    (name: string) => pod(name, { labels: { app: "db" }, ...asking({ cpu: "1", memory: "1Gi" }) }),
    (name: string) => pod(name, { labels: { app: "web" }, leaving: true }),
    (name: string) => pod(name, { containers: [{ ...container(), ports }] }),
  ];
  const random = seeded(7);
  const next = (below: number): number => Math.floor(random() * below);
  const lodgers = new Map<string, readonly [Pod, string]>();
  const book = bookOf(lodgers);
  for (let i = 0; i < 2000; i++) {
    const name = `p${next(40)}`;
    const [before] = lodgers.get(name) ?? [];
    const kind = kinds[next(kinds.length)];
    if (next(3) === 0 || kind === undefined) {
      lodgers.delete(name);
      if (before !== undefined) book.podChanged(before, undefined);
    } else if (before === undefined) {
      const [one, nodeName] = [kind(name), names[next(names.length)] ?? ""];
      lodgers.set(name, [one, nodeName]);
      book.lodge(one, nodeName);
    } else {
      // Its labels change, and it may be told to go: it stays where it is.
      const after = { ...before, metadata: kind(name).metadata };
      const nodeName = lodgers.get(name)?.[1] ?? "";
      lodgers.set(name, [after, nodeName]);
      book.podChanged(before, { ...after, spec: { ...after.spec, nodeName } });
    }
    if (i % 50 === 0) assert.deepEqual(told(book), told(bookOf(lodgers)));
  }
  assert.deepEqual(told(book), told(bookOf(lodgers)));
});

test("a pod that has ended has left its room", () => {
  const book = bookOf(new Map());
  const one = pod("one", { nodeName: "a", ...asking({ cpu: "1" }) });
  book.podChanged(undefined, one);
  assert.equal(book.has("one"), true);
  book.podChanged(one, { ...one, status: { phase: "Succeeded" } });
  assert.deepEqual([book.has("one"), told(book)], [false, told(bookOf(new Map()))]);
});
