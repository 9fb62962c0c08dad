import assert from "node:assert/strict";

/** One write of one writer, in the order in which it was tried. */
export interface Write {
  readonly name: string;
  readonly verb: "create" | "update" | "delete";
  /** What the object says from then on; for a deletion, what it had said. */
  readonly value: string;
  /** What the answer said; undefined where the connection was cut before, and for deletions, whose answer tells none. */
  readonly resourceVersion: number | undefined;
  /** The highest that anybody had been answered when this write was sent. */
  readonly above: number;
  /** `done` also where no answer came, but the writer saw later that it was. */
  readonly outcome: "answered" | "done" | "lost";
}

/** What a watcher was told, in that order. */
export interface Told {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly name: string;
  readonly value: string;
  readonly resourceVersion: number;
}

const typeOf = { create: "ADDED", update: "MODIFIED", delete: "DELETED" } as const;

/**
 * Fails unless the watcher was told each write that was made, once, in the order of the revisions and in that of its writer, and
 * nothing else; and no revision was given twice or went back.
 */
export function judge(writes: readonly Write[], told: readonly Told[]): void {
  for (const [i, { resourceVersion, name }] of told.entries()) {
    const before = told[i - 1]?.resourceVersion ?? 0;
    assert.ok(resourceVersion > before, `${name} at ${resourceVersion} was told after ${before}`);
  }
  for (const { name, resourceVersion = Number.POSITIVE_INFINITY, above } of writes)
    assert.ok(resourceVersion > above, `${name} was answered ${resourceVersion} after ${above}`);
  const made = Map.groupBy(
    writes.filter(({ outcome }) => outcome !== "lost"),
    ({ name }) => name,
  );
  const seen = Map.groupBy(told, ({ name }) => name);
  assert.deepEqual([...seen.keys()].sort(), [...made.keys()].sort());
  for (const [name, own] of made) judgeWriter(own, seen.get(name) ?? []);
}

function judgeWriter(writes: readonly Write[], told: readonly Told[]): void {
  const ofWrite = ({ name, verb, value }: Write): string => `${typeOf[verb]} ${name} ${value}`;
  const ofEvent = ({ name, type, value }: Told): string => `${type} ${name} ${value}`;
  assert.deepEqual(told.map(ofEvent), writes.map(ofWrite));
  for (const [i, { resourceVersion, above, name }] of writes.entries()) {
    const event = told[i]?.resourceVersion ?? 0;
    assert.ok(event > above, `${name}: ${event} was given after ${above} was answered`);
    if (resourceVersion !== undefined) assert.equal(event, resourceVersion);
  }
}
