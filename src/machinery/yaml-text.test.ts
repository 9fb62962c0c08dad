import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "yaml";
import { seeded } from "../../test/harness/seeded.ts";
import { yamlItem, yamlText } from "./yaml-text.ts";

const object = {
  kind: "ConfigMap",
  apiVersion: "v1",
  metadata: {
    name: "a",
    creationTimestamp: "2026-01-01T00:00:00Z",
    labels: {},
    finalizers: ["x", "y"],
    absent: undefined,
  },
  data: {
    lines: "one\n\n two\n",
    open: "a\nb",
    ends: "a\n\n",
    yes: "yes",
    octal: "0644",
    colon: "a: b",
    empty: "",
    much: "1:20",
  },
  list: [{ b: [1, 2], a: { c: null } }, [[true]], []],
};

const shown = `apiVersion: v1
data:
  colon: "a: b"
  empty: ""
  ends: |+
    a

  lines: |
    one

     two
  much: "1:20"
  octal: "0644"
  open: |-
    a
    b
  "yes": "yes"
kind: ConfigMap
list:
- a:
    c: null
  b:
  - 1
  - 2
- - - true
- []
metadata:
  creationTimestamp: "2026-01-01T00:00:00Z"
  finalizers:
  - x
  - "y"
  labels: {}
  name: a
`;

test("YAML looks as Kubernetes shows it", () => {
  assert.equal(yamlText(object), shown);
  assert.equal(yamlItem({ b: ["x\ny"], a: 1 }), "- a: 1\n  b:\n  - |-\n    x\n    y\n");
});

const pieces = [
  ..."\n \t:#-'\"\\{[&*!|>%@`.,?~=01_exyaé\u0085\u2028\ufeff\0\u007f\r😀",
  ...["no", "null", "---", "...", "0x", "1e3"],
];

test("whatever a text holds, YAML 1.1 and 1.2 read it back as that text", () => {
  const random = seeded(7);
  const pick = (below: number): number => Math.floor(random() * below);
  for (let i = 0; i < 4000; i++) {
    const text = Array.from({ length: pick(6) }, () => pieces[pick(pieces.length)]).join("");
    const value = { [`k${text}`]: [text, { inner: text, after: [text] }], z: text };
    for (const version of ["1.1", "1.2"] as const)
      assert.deepEqual(parse(yamlText(value), { version }), value, JSON.stringify(text));
  }
});
