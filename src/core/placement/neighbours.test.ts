import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Affinity } from "#api/core/pod/scheduling.ts";
import type { Pod } from "#api/core/pod.ts";
import { place } from "./place.ts";
import { around, node, pod, roomOf } from "./specimens.ts";

const hostname = "kubernetes.io/hostname";
const zone = "topology.kubernetes.io/zone";

/** `a1` and `a2` in zone a, `b1` in zone b. */
const inZone = (name: string) => node(name, { labels: { [hostname]: name, [zone]: name[0] ?? "" } });
type Term = NonNullable<NonNullable<Affinity["podAffinity"]>["requiredDuringSchedulingIgnoredDuringExecution"]>[number];
const term = (app: string, topologyKey: string, more: Partial<Term> = {}): Term => ({
  labelSelector: { matchLabels: { app } },
  topologyKey,
  ...more,
});
const near = (...terms: readonly Term[]): Affinity => ({
  podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms },
});
const apart = (...terms: readonly Term[]): Affinity => ({
  podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms },
});
const ratherNear = (weight: number, one: Term): Affinity => ({
  podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight, podAffinityTerm: one }] },
});
const ratherApart = (weight: number, one: Term): Affinity => ({
  podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight, podAffinityTerm: one }] },
});

const of = (app: string, affinity?: Affinity, namespace?: string): Pod =>
  pod(`${app}-new`, { labels: { app, tier: "front" }, ...(affinity && { affinity }), ...(namespace && { namespace }) });
let count = 0;
const there = (app: string, affinity?: Affinity, namespace = "default"): Pod =>
  pod(`${app}-${count++}`, { labels: { app, tier: "back" }, ...(affinity && { affinity }), namespace });

interface Row {
  readonly name: string;
  readonly pod: Pod;
  readonly on?: Readonly<Partial<Record<"a1" | "a2" | "b1", readonly Pod[]>>>;
  /** The node, or what kube-scheduler says. */
  readonly to: string;
}

const namespaces = { default: { team: "red" }, other: { team: "blue" } };

function placed({ pod: one, on = {} }: Row): string {
  const rooms = (["a1", "a2", "b1"] as const).map((name) => roomOf(inZone(name), on[name] ?? []));
  const placement = place(one, around(rooms, { namespaces }));
  if (placement.kind === "bind") return placement.nodeName;
  return /^0\/3 nodes are available: (.*)\. preemption:/.exec(placement.message)?.[1] ?? placement.message;
}
const check = (rows: readonly Row[]): void => {
  for (const row of rows) test(`${row.name}: ${row.to}`, () => assert.equal(placed(row), row.to));
};

const noMatch = "3 node(s) didn't match pod affinity rules";

describe("a pod that must be near others", () =>
  check([
    { name: "goes to their node", pod: of("web", near(term("db", hostname))), on: { b1: [there("db")] }, to: "b1" },
    {
      name: "goes into their zone",
      pod: of("web", near(term("db", zone))),
      on: { a1: [there("db"), there("db")] },
      to: "a2",
    },
    { name: "waits for them", pod: of("web", near(term("db", hostname))), to: noMatch },
    {
      name: "is the first of those that want to be near each other",
      pod: of("web", near(term("web", hostname))),
      to: "a1",
    },
    {
      name: "is no longer the first",
      pod: of("web", near(term("web", hostname))),
      on: { a2: [there("web")] },
      to: "a2",
    },
    {
      name: "must be near all of them",
      pod: of("web", near(term("db", hostname), term("db", "rack"))),
      on: { a1: [there("db")] },
      to: noMatch,
    },
    {
      name: "doesn't mean those of other namespaces",
      pod: of("web", near(term("db", hostname))),
      on: { a1: [there("db", undefined, "other")] },
      to: noMatch,
    },
    {
      name: "means the namespaces that it names",
      pod: of("web", near(term("db", hostname, { namespaces: ["other"] }))),
      on: { a1: [there("db")], b1: [there("db", undefined, "other")] },
      to: "b1",
    },
    {
      name: "means the namespaces that it selects",
      pod: of("web", near(term("db", hostname, { namespaceSelector: { matchLabels: { team: "blue" } } }))),
      on: { a1: [there("db")], b1: [there("db", undefined, "other")] },
      to: "b1",
    },
    {
      name: "means all namespaces by an empty selector",
      pod: of("web", near(term("db", hostname, { namespaceSelector: {} }))),
      on: { b1: [there("db", undefined, "other")] },
      to: "b1",
    },
    {
      name: "means those that are like itself by matchLabelKeys",
      pod: of("web", near(term("web", hostname, { matchLabelKeys: ["tier"] }))),
      on: { b1: [there("web")] },
      to: "a1",
    },
    {
      name: "means those that are unlike itself by mismatchLabelKeys",
      pod: of("web", near(term("web", hostname, { mismatchLabelKeys: ["tier"] }))),
      on: { b1: [there("web")] },
      to: "b1",
    },
  ]));

describe("a pod that must be apart from others", () =>
  check([
    {
      name: "goes where they aren't",
      pod: of("web", apart(term("web", hostname))),
      on: { a1: [there("web")], a2: [there("web")] },
      to: "b1",
    },
    {
      name: "finds no node",
      pod: of("web", apart(term("web", zone))),
      on: { a1: [there("web")], b1: [there("web")] },
      to: "3 node(s) didn't match pod anti-affinity rules",
    },
    {
      name: "is heard also when the other one comes later",
      pod: of("web"),
      on: { a1: [there("db", apart(term("web", zone)))] },
      to: "b1",
    },
    {
      name: "keeps the other one from all nodes",
      pod: of("web"),
      on: { a1: [there("db", apart(term("web", zone)))], b1: [there("db", apart(term("web", hostname)))] },
      to: "3 node(s) didn't satisfy existing pods anti-affinity rules",
    },
    {
      name: "doesn't mind nodes that are in no such domain",
      pod: of("web", apart(term("web", "rack"))),
      on: { a1: [there("web")] },
      to: "a2",
    },
  ]));

describe("a pod that would rather be", () =>
  check([
    { name: "near others", pod: of("web", ratherNear(50, term("db", hostname))), on: { b1: [there("db")] }, to: "b1" },
    {
      name: "apart from others",
      pod: of("web", ratherApart(50, term("db", zone))),
      on: { a1: [there("db")], b1: [there("x"), there("x")] },
      to: "b1",
    },
    {
      name: "near it is heard too",
      pod: of("web"),
      on: { b1: [there("db", ratherNear(10, term("web", hostname)))] },
      to: "b1",
    },
    {
      name: "on some nodes goes there though they are fuller",
      pod: pod("new", {
        affinity: {
          nodeAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [
              { weight: 1, preference: { matchExpressions: [{ key: zone, operator: "In", values: ["b"] }] } },
            ],
          },
        },
      }),
      on: { b1: [there("x"), there("x")] },
      to: "b1",
    },
    { name: "near nobody goes where there is most room", pod: of("web"), on: { a1: [there("x")] }, to: "a2" },
  ]));
