import assert from "node:assert/strict";
import { test } from "node:test";
import type { Rewrite } from "../route-filters.ts";
import type { PathMatch } from "../route-table.ts";
import { rewritten } from "./rewrites.ts";

interface Row {
  readonly name: string;
  readonly rewrite: Rewrite["path"];
  readonly match?: PathMatch;
  readonly path: string;
  readonly query?: string;
  readonly captures?: readonly (string | undefined)[];
  /** `refused /a/../b`: not sent to the backend. */
  readonly told: string;
}

const pattern = (value: string): Rewrite["path"] => ({ kind: "pattern", value });
const api: PathMatch = { kind: "prefix", value: "/api" };

const rows: readonly Row[] = [
  { name: "no rewrite", rewrite: undefined, path: "/a", query: "b", told: "/a?b" },
  { name: "whole", rewrite: { kind: "whole", value: "/x" }, path: "/a/b", query: "c", told: "/x?c" },
  { name: "prefix", rewrite: { kind: "prefix", value: "/v1" }, match: api, path: "/api/a", told: "/v1/a" },
  { name: "prefix taken away", rewrite: { kind: "prefix", value: "/" }, match: api, path: "/api/a", told: "/a" },
  { name: "prefix taken away of itself", rewrite: { kind: "prefix", value: "/" }, match: api, path: "/api", told: "/" },
  { name: "captures", rewrite: pattern("/$2"), path: "/api/a/b", captures: ["", "/", "a/b"], told: "/a/b" },
  {
    name: "captures twice, and in another order",
    rewrite: pattern("/$2-$1/$2"),
    path: "/x/y",
    captures: ["", "x", "y"],
    told: "/y-x/y",
  },
  {
    name: "a group that took no part is empty",
    rewrite: pattern("/$2"),
    path: "/api",
    captures: ["", "", undefined],
    told: "/",
  },
  { name: "no group of that number", rewrite: pattern("/a$9"), path: "/api", captures: [""], told: "/a" },
  {
    name: "$1 and a digit: the group, then the digit",
    rewrite: pattern("/$10"),
    path: "/x",
    captures: ["", "a"],
    told: "/a0",
  },
  {
    name: "what is captured is no pattern itself",
    rewrite: pattern("/$1"),
    path: "/$2",
    captures: ["", "$2", "b"],
    told: "/$2",
  },
  {
    name: "a query of its own comes first",
    rewrite: pattern("/s?q=$1"),
    path: "/x",
    query: "a=b",
    captures: ["", "x"],
    told: "/s?q=x&a=b",
  },
  { name: "$ elsewhere stays", rewrite: { kind: "whole", value: "/$1" }, path: "/x", captures: ["", "a"], told: "/$1" },
  { name: "two slashes", rewrite: pattern("/new/$1"), path: "/x/a", captures: ["", "/a"], told: "refused /new//a" },
  {
    name: "a dot segment out of two parts",
    rewrite: pattern("/.$1"),
    path: "/x./a",
    captures: ["", "./a"],
    told: "refused /../a",
  },
  {
    name: "an escape out of two parts",
    rewrite: pattern("/%2$1"),
    path: "/xf",
    captures: ["", "f"],
    told: "refused /%2f",
  },
  {
    name: "a question mark out of a capture can't be",
    rewrite: pattern("/$1"),
    path: "/x",
    captures: ["", "a?b"],
    told: "refused /a?b",
  },
  { name: "no slash in front", rewrite: pattern("$1"), path: "/x", captures: ["", "a"], told: "refused a" },
  { name: "a line end", rewrite: pattern("/$1"), path: "/x", captures: ["", "a\r\nX: y"], told: "refused /a\r\nX: y" },
];
for (const { name, rewrite, match = api, path, query = "", captures = [], told } of rows)
  test(`rewritten: ${name}`, () => {
    const request = { path, query, captures };
    const made = rewritten(rewrite, match, request);
    const shown = made.kind === "refused" ? `refused ${made.path}` : `${made.path}${made.query && `?${made.query}`}`;
    assert.equal(shown, told);
  });
