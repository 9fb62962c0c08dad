import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { targetRules } from "#core/routes/haproxy/target-rules.ts";
import { normalHost, normalTarget } from "#core/routes/request-target.ts";
import { hostSpecimens, targetSpecimens } from "#core/routes/target-specimens.ts";
import { seeded } from "../harness/seeded.ts";
import { type LoneFrontend, startFrontend, withHaproxy } from "./lone-frontend.ts";

let haproxy: LoneFrontend | undefined;
before(async () => {
  if (withHaproxy.skip !== undefined) return;
  const answer = ["http-request", "return", "status", "200", "content-type", "text/plain", "lf-string"];
  haproxy = await startFrontend([...targetRules, [...answer, "%[pathq] %[var(txn.host)]"]]);
});
after(() => haproxy?.[Symbol.asyncDispose]());

/** What HAProxy makes of it: `TARGET HOST`, or `400`. */
async function ask(target: string, host: string): Promise<string> {
  const answer = await haproxy?.ask(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\n`);
  return answer?.status === 200 ? answer.body : `${answer?.status}`;
}

function ours(rawTarget: string, rawHost: string): string {
  const target = normalTarget(rawTarget);
  const host = normalHost(rawHost);
  if (target.kind === "refused" || host === undefined) return "400";
  return `${target.path}${target.query === undefined ? "" : `?${target.query}`} ${host}`;
}

test("HAProxy reads every specimen of a target as we do", withHaproxy, async () => {
  for (const [target] of targetSpecimens) {
    assert.equal(await ask(target, "a"), ours(target, "a"), JSON.stringify(target));
  }
});

test("HAProxy reads every specimen of a host as we do", withHaproxy, async () => {
  for (const [host] of hostSpecimens) assert.equal(await ask("/", host), ours("/", host), JSON.stringify(host));
});

test("HAProxy reads 3,000 random targets and hosts as we do", withHaproxy, async () => {
  const random = seeded(2611);
  const pick = (from: readonly string[]): string => from[Math.floor(random() * from.length)] ?? "";
  const pieces = [
    "/",
    "/",
    ".",
    "..",
    "a",
    "B",
    "%2e",
    "%2E",
    "%41",
    "%2f",
    "%c3",
    "%",
    "%0",
    ";",
    "?",
    "\\",
    "%5c",
    "~",
    "*",
    '"',
    "{",
    "%25",
    "\xff",
    "#",
    "x1",
    "=",
    "&",
    "//",
    "/../",
    "/./",
  ];
  const hostPieces = ["a", "B", ".", "-", "_", ":80", ":", "[::1]", "example", "9", "@"];
  const made = (from: readonly string[], length: number): string =>
    Array.from({ length: Math.floor(random() * length) }, () => pick(from)).join("");
  for (let round = 0; round < 3000; round++) {
    const target = `/${made(pieces, 9)}`;
    const host = random() < 0.7 ? "a.example" : made(hostPieces, 5);
    assert.equal(await ask(target, host), ours(target, host), JSON.stringify([target, host]));
  }
});
