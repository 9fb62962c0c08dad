import assert from "node:assert/strict";
import { test } from "node:test";
import { parseHtpasswd } from "./htpasswd.ts";

const sha = "{SHA}/vNB+F2HQ559kaLUZbmHHvZrXpg=";
const apr = "$apr1$abcdefgh$M2T3erDstkD7SsE2QQnfH0";
const sha512 = "a".repeat(86);

const cases: readonly {
  readonly name: string;
  readonly file: string;
  readonly users: readonly string[];
  readonly problems: readonly string[];
}[] = [
  { name: "a line a user", file: `ann:${sha}\nbob:${apr}\n`, users: ["ann", "bob"], problems: [] },
  { name: "comments, empty lines and CRLF", file: `# who\r\n\r\nann:${sha}\r\n`, users: ["ann"], problems: [] },
  { name: "what stands behind the hash is nobody's", file: `ann:${sha}:Ann`, users: ["ann"], problems: [] },
  { name: "an empty file", file: "", users: [], problems: [] },
  { name: "no colon", file: `ann\nbob:${sha}`, users: ["bob"], problems: ["1: a line is name:hash"] },
  { name: "no name", file: `:${sha}`, users: [], problems: ["1: a line is name:hash"] },
  {
    name: "a name twice",
    file: `ann:${sha}\nann:${apr}`,
    users: ["ann"],
    problems: ["2: its name was there before"],
  },
  {
    name: "a password in plain text",
    file: "ann:s3cret",
    users: [],
    problems: [
      "1: it has no hash that is known: use {SHA}, $apr1$, $1$, $2y$, $5$ and $6$; DES and plain text are refused",
    ],
  },
  {
    name: "a hash of an unknown kind",
    file: "ann:$7$abc$def",
    users: [],
    problems: [
      "1: its hash is broken, or of a kind ($7$) that is not known: use {SHA}, $apr1$, $1$, $2y$, $5$ and $6$",
    ],
  },
  {
    name: "a hash that is cut off",
    file: `ann:${apr.slice(0, -1)}`,
    users: [],
    problems: [
      "1: its hash is broken, or of a kind ($apr1$) that is not known: use {SHA}, $apr1$, $1$, $2y$, $5$ and $6$",
    ],
  },
  {
    name: "so many rounds that nothing else would happen",
    file: `ann:$6$rounds=999999999$salt$${sha512}`,
    users: [],
    problems: ["1: its hash takes 999999999 rounds: at most 100000 are worked on"],
  },
  {
    name: "a bcrypt hash that takes minutes",
    file: `ann:$2y$31$${"a".repeat(53)}`,
    users: [],
    problems: ["1: its bcrypt hash has cost 31: at most 14 is worked on"],
  },
  {
    name: "control bytes in a name",
    file: `a\tb:${sha}`,
    users: [],
    problems: ["1: its name has control bytes or a colon"],
  },
  {
    name: "names that objects have",
    file: `__proto__:${sha}\nconstructor:${sha}`,
    users: ["__proto__", "constructor"],
    problems: [],
  },
];
for (const { name, file, users, problems } of cases)
  test(`parseHtpasswd: ${name}`, () => {
    const read = parseHtpasswd(file);
    assert.deepEqual([...read.users.keys()], users);
    assert.deepEqual(
      read.problems.map(({ line, because }) => `${line}: ${because}`),
      problems,
    );
  });
