import assert from "node:assert/strict";
import { test } from "node:test";
import { fits, parseSession, printSession, seenBy, withSeen } from "./transcript.ts";

const session = `# Why.
$ kubectl get svc
old
exit 1
== since 1.27
new
NAME  …

few $ kubectl delete pod
wait $ echo a | kubectl exec -i p -- cat
a
`;

test("a session prints as it was read", () => {
  const printed = printSession(parseSession(session));
  assert.equal(printed, session.replace("few $ kubectl delete pod\n", "few $ kubectl delete pod\n\n"));
});

test("a version is shown what the nearest one before it has changed", () => {
  const [first, second] = parseSession(session).exchanges;
  assert(first !== undefined && second !== undefined);
  assert.equal(seenBy(first, 20), "old\nexit 1");
  assert.equal(seenBy(first, 27), "new\nNAME  …");
  assert.equal(seenBy(first, 33), "new\nNAME  …");
  assert.equal(seenBy(second, 33), "");
});

for (const [text, pattern, expected] of [
  ["a", "a", true],
  ["a", "b", false],
  ["a.c", "a.c", true],
  ["abc", "a.c", false],
  ["", "", true],
  ["", "…", true],
  ["a\nb", "…", true],
  ["a\nb", "a\n…", true],
  ["a", "a\n…", true],
  ["a\nb\nc", "…\nc", true],
  ["a\nb\nc", "…\nb", false],
  ["svc-1 is there", "svc-… is there", true],
  ["svc-1\nis there", "svc-… is there", false],
] as const)
  test(`${JSON.stringify(text)} ${expected ? "fits" : "doesn't fit"} ${JSON.stringify(pattern)}`, () =>
    assert.equal(fits(text, pattern), expected));

test("renewing keeps what fits, and says once what versions have in common", () => {
  const [first] = parseSession(session).exchanges;
  assert(first !== undefined);
  const fitting = new Map([
    [20, "old\nexit 1"],
    [33, "new\nNAME  AGE"],
  ]);
  assert.equal(withSeen(first, fitting), first);
  const changed = withSeen(
    first,
    new Map([
      [20, "x"],
      [27, "x"],
      [30, "y"],
    ]),
  );
  assert.deepEqual(changed.seen, [
    { since: 30, text: "y" },
    { since: 0, text: "x" },
  ]);
});
