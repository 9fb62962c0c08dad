import assert from "node:assert/strict";
import test from "node:test";
import { duplicateFields } from "./json-text.ts";

const cases: readonly (readonly [text: string, paths: readonly string[]])[] = [
  ['{"a":1,"b":{"a":2}}', []],
  ['{"a":1,"a":2}', ["a"]],
  ['{"spec":{"ports":[{"port":1},{"port":2,"name":"x","port":3}]}}', ["spec.ports[1].port"]],
  ['{"a":["x","x",["y"],{"y":1}],"a":{"b":1,"b":2,"b":3}}', ["a", "a.b"]],
  ['{"a\\"":1,"a\\u0022":2}', ['a"']],
  ['{"a":":,{}[]","b":"\\\\","a":1}', ["a"]],
  ['{"__proto__":1,"__proto__":2}', ["__proto__"]],
];
for (const [text, paths] of cases)
  test(`fields that stand twice in ${text}`, () =>
    assert.deepEqual(
      duplicateFields(text),
      paths.map((path) => `duplicate field ${JSON.stringify(path)}`),
    ));
