import assert from "node:assert/strict";
import { test } from "node:test";
import { type Answered, type Message, type Seen, type Sight, violations } from "./watch-guarantees.ts";

const sight = (name: string, value: string, isChosen = true): Sight => ({ name, value, isChosen });
const event = (type: "ADDED" | "MODIFIED" | "DELETED", revision: number, of: Sight): Message => ({
  type,
  revision,
  sight: of,
});
const bookmark = (revision: number): Message => ({ type: "BOOKMARK", revision });

const [a1, b1, a2, b2] = [sight("a", "a1"), sight("b", "b1"), sight("a", "a2", false), sight("b", "b2")];
const told: readonly Message[] = [
  event("ADDED", 2, a1),
  event("ADDED", 3, b1),
  event("MODIFIED", 4, a2),
  event("MODIFIED", 6, b2),
  bookmark(6),
  event("DELETED", 7, a2),
];
const begin = { revision: 1, present: [] };
const whole: Seen = { id: "whole", isSelective: false, begin, messages: told };
const selective: Seen = {
  id: "selective",
  isSelective: true,
  begin,
  messages: [
    event("ADDED", 2, a1),
    event("ADDED", 3, b1),
    event("DELETED", 4, a1),
    event("MODIFIED", 6, b2),
    bookmark(7),
  ],
};
const resumed: Seen = { ...whole, id: "resumed", begin: { revision: 3, present: [a1, b1] }, messages: told.slice(2) };
const answered: readonly Answered[] = [
  { revision: 2, sight: a1, above: 1 },
  { revision: 6, sight: b2, above: 4 },
];

test("nothing is found where every guarantee was kept", () =>
  assert.deepEqual(violations([whole, selective, resumed], answered), []));

const without = (messages: readonly Message[], at: number): readonly Message[] => messages.toSpliced(at, 1);
const broken: Readonly<Record<string, readonly [readonly Seen[], readonly Answered[]]>> = {
  "an event that was left out": [[whole, { ...resumed, messages: without(resumed.messages, 1) }], []],
  "an event that was left out before a bookmark": [
    [whole, { ...selective, messages: without(selective.messages, 3) }],
    [],
  ],
  "an event told twice": [[{ ...whole, messages: [...told.slice(0, 3), ...told.slice(2)] }], []],
  "events out of order": [[whole, { ...resumed, messages: [...told.slice(3, 4), ...told.slice(2, 3)] }], []],
  "an event from before the beginning": [[whole, { ...resumed, messages: told }], []],
  "a bookmark that goes back": [[{ ...whole, messages: [...told, bookmark(5)] }], []],
  "an object that came into view and was called modified": [
    [whole, { ...selective, messages: [event("MODIFIED", 2, a1), ...selective.messages.slice(1)] }],
    [],
  ],
  "an object that left the view unseen": [[whole, { ...selective, messages: without(selective.messages, 2) }], []],
  "an object that is not to be seen": [
    [whole, { ...selective, messages: [...selective.messages.slice(0, 2), event("MODIFIED", 4, a2)] }],
    [],
  ],
  "two that saw different things at one revision": [
    [whole, { ...whole, messages: [event("ADDED", 2, b1), ...told.slice(1)] }],
    [],
  ],
  "a beginning that leaves something out": [[whole, { ...resumed, begin: { revision: 3, present: [a1] } }], []],
  "a deletion of what had not stood there": [
    [{ ...whole, messages: [...told.slice(0, 5), event("DELETED", 7, a1)] }],
    [],
  ],
  "a bookmark before what it is behind": [
    [whole, { ...selective, messages: [...selective.messages.slice(0, 3), bookmark(7)] }],
    [],
  ],
  "a revision that was not above all that had been answered": [[whole], [{ revision: 6, sight: b2, above: 6 }]],
  "an answered write that nobody saw": [[whole], [{ revision: 5, sight: sight("c", "c1"), above: 4 }]],
};
for (const [name, [seen, writes]] of Object.entries(broken))
  test(`it is seen: ${name}`, () => assert.notDeepEqual(violations(seen, writes), []));
