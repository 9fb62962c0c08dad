import assert from "node:assert/strict";
import { test } from "node:test";
import type { Identity } from "#core/access/identity.ts";
import { type Seating, type SeatRules, Seats } from "./seats.ts";

const user = (name: string) => ({ user: name, groups: ["system:authenticated"] });
const node = { user: "system:node:n1", groups: ["system:nodes", "system:authenticated"] };
const rules: SeatRules = { seats: 16, waitingOfUser: { system: 3, workload: 3 }, waitingOfAll: 5, patienceMs: 60_000 };

type Told = readonly (Seating | "waits")[];

/** So many requests of one user; what becomes of each, once it is known. */
function ask(seats: Seats, identity: Identity, count: number): Told {
  const told: (Seating | "waits")[] = [];
  for (let i = 0; i < count; i++) {
    const seating = seats.take(identity);
    if (!(seating instanceof Promise)) told.push(seating);
    else {
      told.push("waits");
      seating.then((one) => told.splice(i, 1, one));
    }
  }
  return told;
}
const kinds = (told: Told): readonly string[] => told.map((one) => (one === "waits" ? "waits" : one.kind));
const count = (told: Told, kind: string): number => kinds(told).filter((one) => one === kind).length;
/** The first of them is done. */
function leave(told: Told): void {
  for (const one of told)
    if (one !== "waits" && one.kind === "seated") {
      one.leave();
      return;
    }
}

test("a user alone takes half of what is not reserved, waits with some, and is refused the rest", () => {
  const seats = new Seats(rules);
  const told = ask(seats, user("flood"), 20);
  assert.deepEqual([count(told, "seated"), count(told, "waits"), count(told, "rejected")], [6, 3, 11]);
});

test("whoever comes next finds a seat, also beside several who want all", () => {
  const seats = new Seats(rules);
  const told = ["a", "b", "c"].map((name) => count(ask(seats, user(name), 20), "seated"));
  assert.deepEqual(told, [6, 3, 2]);
  assert.equal(count(ask(seats, user("d"), 1), "seated"), 1);
});

test("the system has seats that nobody else takes", () => {
  const seats = new Seats({ ...rules, waitingOfAll: 1000 });
  for (let i = 0; i < 100; i++) ask(seats, user(`user-${i}`), 20);
  assert.equal(seats.taken("workload"), 12);
  assert.deepEqual(kinds(ask(seats, node, 2)), ["seated", "seated"]);
});

test("the system waits rather than being refused, and is called before all others", async () => {
  const seats = new Seats({ ...rules, seats: 2 });
  const first = ask(seats, node, 10);
  const others = ask(seats, user("a"), 1);
  assert.deepEqual([count(first, "seated"), count(first, "waits"), kinds(others)], [1, 9, ["seated"]]);
  const late = ask(seats, user("b"), 1);
  assert.deepEqual(kinds(late), ["waits"]);
  leave(first);
  await Promise.resolve();
  assert.equal(seats.waiting("system"), 8);
});

test("users who wait are called in turns", async () => {
  const seats = new Seats({ ...rules, seats: 3, waitingOfAll: 100 });
  const holders = ["x", "y"].map((name) => ask(seats, user(name), 1));
  assert.deepEqual(holders.map(kinds), [["seated"], ["seated"]]);
  const order: string[] = [];
  for (const name of ["a", "a", "a", "b", "c"])
    void Promise.resolve(seats.take(user(name))).then((seating) => {
      order.push(name);
      if (seating.kind === "seated") setImmediate(seating.leave);
    });
  for (const one of holders) leave(one);
  while (order.length < 5) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(order, ["a", "b", "c", "a", "a"]);
});

test("who has waited too long is told so, and waits no more", async () => {
  const seats = new Seats({ ...rules, seats: 2, patienceMs: 5 });
  const held = ask(seats, user("a"), 1);
  const late = await seats.take(user("b"));
  assert.deepEqual(late, { kind: "rejected", because: "time-out" });
  assert.equal(seats.waiting("workload"), 0);
  leave(held);
  assert.equal(count(ask(seats, user("b"), 1), "seated"), 1);
});

test("without a limit everybody has a seat", () => {
  const seats = new Seats({ ...rules, seats: 0 });
  assert.equal(count(ask(seats, user("a"), 5000), "seated"), 5000);
});
