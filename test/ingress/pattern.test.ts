import assert from "node:assert/strict";
import { test } from "node:test";
import { compilePattern, troubleOfPattern } from "#core/routes/pattern.ts";
import { seeded } from "../harness/seeded.ts";
import { startFrontend, withHaproxy } from "./lone-frontend.ts";

const random = seeded(1918);
const upTo = (count: number): number => Math.floor(random() * count);
const pick = <T>(first: T, ...more: readonly T[]): T => more[upTo(more.length + 1) - 1] ?? first;

/** A pattern of any shape that somebody might write, good or bad. */
function randomPattern(depth: number): string {
  const atom = (): string =>
    depth > 0 && random() < 0.3
      ? pick(`(${randomPattern(depth - 1)})`, `(?:${randomPattern(depth - 1)})`)
      : pick(
          "a",
          "b",
          "B",
          "/",
          "/",
          ".",
          "x",
          "\\d",
          "\\w",
          "\\W",
          "[ab]",
          "[^/]",
          "[^a/]",
          "[a-c-]",
          "\\.",
          "[\\w/]",
          "[A-Z]",
        );
  const repeat = (): string =>
    random() < 0.6 ? "" : pick("*", "+", "?", "{2}", "{0,3}", "{2,}", "*?", "+?", "??", "{1,40}");
  const sequence = (): string => Array.from({ length: upTo(4) }, () => `${atom()}${repeat()}`).join("");
  const start = sequence();
  const alternatives = random() < 0.25 ? `|${sequence()}` : "";
  return `${start}${alternatives}${pick("", "", "", "", "$", "(/|$)(.*)", "\\b")}`;
}

const randomPath = (): string =>
  `/${Array.from({ length: upTo(9) }, () => pick("a", "b", "B", "/", ".", "x", "7", "-", "c")).join("")}`;
const longPaths = ["a", "/a", "ab", "ba/", "/B7", "x.", "aaab"].map((piece) => `/${piece.repeat(8000 / piece.length)}`);

/** Whether it fits, and what its groups took. */
function ours(source: string, path: string): string {
  const match = compilePattern(source, "path").exec(path);
  return match === null ? path : `/${Array.from({ length: 4 }, (_, index) => `<${match[index + 1] ?? ""}>`).join("")}`;
}

test("what passes means the same in HAProxy, groups included, on paths of any length", withHaproxy, async () => {
  const sources: string[] = [];
  while (sources.length < 300) {
    const source = `/${randomPattern(2)}`;
    if (troubleOfPattern(source, "path") === undefined) sources.push(source);
  }
  await using haproxy = await startFrontend([
    ...sources.map((source, index) => {
      const groups = [..."1234"].map((number, place) => (place < groupsOf(source) ? `<\\${number}>` : "<>")).join("");
      const only = ["if", "{", "req.hdr(x-pattern)", "-m", "str", `${index}`, "}"];
      return ["http-request", "replace-path", `(?i)^(?:${source}).*`, `/${groups}`, ...only];
    }),
    ["http-request", "return", "status", "200", "content-type", "text/plain", "lf-string", "%[path]"],
  ]);
  for (const [index, source] of sources.entries()) {
    for (const path of [...Array.from({ length: 12 }, randomPath), ...longPaths]) {
      const { body } = await haproxy.ask(`GET ${path} HTTP/1.1\r\nHost: a\r\nX-Pattern: ${index}\r\n`);
      assert.equal(body, ours(source, path), `${source} on ${path.slice(0, 40)}`);
    }
  }
});

const groupsOf = (source: string): number => (new RegExp(`${source}|`).exec("")?.length ?? 1) - 1;

test("what passes is matched in less than 10 ms", () => {
  let tried = 0;
  const slow: string[] = [];
  while (tried < 3000) {
    const source = `/${randomPattern(2)}${pick("", "", "!", "x$")}`;
    if (troubleOfPattern(source, "path") !== undefined) continue;
    tried++;
    const compiled = compilePattern(source, "path");
    for (const path of longPaths) {
      // The best of three: this process is not alone on the machine.
      const took = Math.min(...[1, 2, 3].map(() => elapsed(() => compiled.test(path))));
      if (took > 10) slow.push(`${source} on ${path.slice(0, 12)}: ${took.toFixed(1)} ms`);
    }
  }
  assert.deepEqual(slow, []);
});

function elapsed(work: () => void): number {
  const from = performance.now();
  work();
  return performance.now() - from;
}
