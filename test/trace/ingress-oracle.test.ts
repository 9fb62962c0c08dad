import assert from "node:assert/strict";
import { test } from "node:test";
import type { Seen } from "#core/trace/probe.ts";
import type { Story } from "#core/trace/story.ts";
import { parseTarget } from "#core/trace/target.ts";
import { traceOf } from "#core/trace/trace.ts";
import { readScenarios, type ScenarioRequest } from "../ingress/scenario.ts";
import { worldOf } from "../ingress/scenario-world.ts";
import { entrance, worldOfIngresses } from "./ingress-world.ts";

/** What `portolan trace URL` can ask: a GET without anything that a URL doesn't say, by a client that may come from anywhere. */
const isPlain = ({ ask, keepsCookies, times, expect }: ScenarioRequest): boolean =>
  ask.method === "GET" &&
  ask.headers.size === 0 &&
  ask.body === "" &&
  ask.upgrade === undefined &&
  ask.serverName === undefined &&
  !keepsCookies &&
  times === 1 &&
  expect.status !== undefined;

let asked = 0;
for (const scenario of readScenarios()) {
  const requests = scenario.requests.filter(isPlain);
  if (requests.length === 0 || scenario.skip.has("trace")) continue;
  asked += requests.length;
  test(`${scenario.name}: a trace of its URLs ends as the scenario says`, async () => {
    const world = worldOfIngresses(await worldOf(scenario));
    for (const { ask, expect } of requests) {
      const url = `${ask.scheme}://${ask.host}${ask.target}`;
      const target = parseTarget(url, "default");
      if (target.kind !== "understood" || target.value.kind !== "place") continue;
      const { host } = target.value;
      const seen = new Map<string, Seen>([
        [`resolve ${host}`, { kind: "addresses", addresses: [entrance.ip] }],
        [`http ${entrance.ip} ${url}`, { kind: "http", status: expect.status ?? 0 }],
      ]);
      const story = traceOf(target.value, { kind: "outside" }, { ...world, seen });
      if (story.hops.some(({ kind }) => kind === "listener")) compare(url, story, expect);
    }
  });
}

test("hundreds of requests were told", () => assert.ok(asked > 200, `${asked}`));

/** What was answered is what the story leads to, by the Service that the scenario names. */
function compare(url: string, { hops }: Story, { status, service, namespace }: ScenarioRequest["expect"]): void {
  const told = hops.map(({ kind, outcome, tells }) => `${outcome} ${kind}: ${tells}`).join("\n");
  const unexpected = hops.filter(({ because }) => because === "AnsweredOtherwise");
  assert.deepEqual(unexpected, [], `${url} is answered ${status}, and told otherwise:\n${told}`);
  if (service === undefined) return;
  const backends = hops.filter(({ kind, outcome }) => kind === "backend" && outcome === "passes");
  assert.ok(
    backends.some(({ tells }) => tells.includes(`Service ${namespace}/${service}, `)),
    `${url} comes to ${service}, and is told otherwise:\n${told}`,
  );
}
