import assert from "node:assert/strict";
import { test } from "node:test";
import { podOf } from "../pod-specimens.ts";
import { judge, type OwnerState, type Verdict } from "./garbage.ts";

const owner = (uid: string) => ({ apiVersion: "v1", kind: "ConfigMap", name: uid, uid });
const object = (owners: readonly string[], more: object = {}) => {
  const pod = podOf("it");
  return { ...pod, metadata: { ...pod.metadata, ownerReferences: owners.map(owner), ...more } };
};
const dependent = podOf("below");
const going = { deletionTimestamp: "2026-01-01T00:00:00Z", finalizers: ["foregroundDeletion"] };
const deleted = (propagation: "Background" | "Foreground" | "Orphan", unblock = false): Verdict => ({
  kind: "delete",
  propagation,
  unblock,
});

// The uid of an owner says in these rows what has become of it.
const cases: readonly {
  readonly what: string;
  readonly object: ReturnType<typeof object>;
  readonly below?: readonly (typeof dependent)[];
  readonly verdict: Verdict;
}[] = [
  { what: "without owners", object: object([]), verdict: { kind: "keep" } },
  { what: "whose owners are there", object: object(["present"]), verdict: { kind: "keep" } },
  { what: "that is going already", object: object(["absent"], going), verdict: { kind: "keep" } },
  { what: "whose owner is gone", object: object(["absent"]), verdict: deleted("Background") },
  { what: "with one owner left", object: object(["absent", "present"]), verdict: { kind: "unlink", uids: ["absent"] } },
  { what: "whose owner waits", object: object(["waiting"]), verdict: deleted("Background") },
  {
    what: "whose owner waits, and that owns others",
    object: object(["waiting"]),
    below: [dependent],
    verdict: deleted("Foreground"),
  },
  {
    what: "in a ring of owners",
    object: object(["waiting"]),
    below: [{ ...dependent, metadata: { ...dependent.metadata, ...going } }],
    verdict: deleted("Foreground", true),
  },
  {
    what: "that shall orphan others",
    object: object(["absent"], { finalizers: ["orphan"] }),
    verdict: deleted("Orphan"),
  },
];
for (const { what, object, below = [], verdict } of cases)
  test(`garbage: an object ${what}`, () => {
    const states: Readonly<Record<string, OwnerState>> = { present: "present", absent: "absent", waiting: "waiting" };
    assert.deepEqual(
      judge(object, ({ uid }) => states[uid] ?? "present", below),
      verdict,
    );
  });
