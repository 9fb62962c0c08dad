import assert from "node:assert/strict";
import { test } from "node:test";
import { seeded } from "../../../../test/harness/seeded.ts";
import { argumentOf, exactly, formatOf, printConfig, printWord } from "./config.ts";
import { argumentRead, configRead, formatRead } from "./config-reader.ts";

/** Every byte alone, in the middle, at both ends and twice, and 2,000 texts of the bytes that have a meaning to HAProxy. */
function* values(): Generator<string> {
  for (let byte = 0; byte < 256; byte++) {
    const one = String.fromCharCode(byte);
    yield* [one, `a${one}b`, `${one}a${one}`, `a${one}${one}b`];
  }
  const random = seeded(26);
  const upTo = (count: number) => Math.floor(random() * count);
  const special = "'\"\\ #$%{}[](),;|&<>*?!~`=:@-\t";
  for (let round = 0; round < 2000; round++) {
    yield Array.from({ length: 1 + upTo(12) }, () =>
      random() < 0.6 ? (special[upTo(special.length)] ?? "") : String.fromCharCode(32 + upTo(95)),
    ).join("");
  }
}

/** Every place of a rule where somebody else's text may stand. */
const places: readonly {
  readonly name: string;
  readonly write: (value: string) => string;
  readonly read: (word: string) => string;
}[] = [
  { name: "a word", write: (value) => value, read: (word) => word },
  { name: "a format", write: formatOf, read: formatRead },
  { name: "an argument", write: (value) => `str(${argumentOf(value)})`, read: argumentRead },
];

for (const { name, write, read } of places) {
  test(`any text as ${name} is read as it was meant, or can't be printed`, () => {
    let refused = 0;
    for (const value of values()) {
      const directives = [
        ["before", "x"],
        ["keyword", write(value), "behind"],
        ["after", "y"],
      ];
      const isRefused = /\p{Cc}/u.test(value);
      const print = () => printConfig([{ kind: "backend", name: "b", directives }]);
      if (isRefused) {
        refused++;
        assert.throws(print, RangeError, JSON.stringify(value));
        continue;
      }
      const [section, ...more] = configRead(print());
      assert.deepEqual(more, []);
      assert.deepEqual(section?.head, ["backend", "b"]);
      const [before, line = [], after] = section?.directives ?? [];
      assert.deepEqual(
        [before, after, line[0], line[2], line.length],
        [["before", "x"], ["after", "y"], "keyword", "behind", 3],
      );
      assert.equal(read(line[1] ?? ""), value);
    }
    assert.ok(refused > 200);
  });
}

test("no condition's value ends the condition", () => {
  for (const value of values()) assert.ok(!exactly(value).includes("}"));
});

test("an empty word is refused, as nothing could be said with it", () => {
  assert.throws(() => printWord(""), RangeError);
});
