import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { after, before, test } from "node:test";
import { changeOf } from "#core/routes/haproxy/changes.ts";
import { planHaproxy, usesDetours } from "#core/routes/haproxy/make-plan.ts";
import { haproxyEngine } from "#daemons/ingress/haproxy/engine.ts";
import { Registry } from "#metrics/registry.ts";
import { findHaproxy } from "#os/haproxy/program.ts";
import { freePort } from "../harness/cluster.ts";
import { withHaproxy } from "./lone-frontend.ts";
import { readScenarios } from "./scenario.ts";
import { differencesOf } from "./verdict.ts";
import { WireJudge } from "./wire-judge.ts";

let judge: WireJudge | undefined;
let folder = "";

before(async () => {
  if (withHaproxy.skip !== undefined) return;
  folder = await mkdtemp(`${tmpdir()}/portolan-judge-`);
  const ports = { http: await freePort(), https: await freePort() };
  const engine = await haproxyEngine({
    program: await findHaproxy(),
    places: { folder, runtimeSocket: `${folder}/runtime.sock`, detours: new Map(), threads: 1 },
    planner: { plan: planHaproxy, changeOf, usesDetours },
    detour: undefined,
    registry: new Registry(),
    output: "ignore",
    patienceSeconds: 2,
    refused: () => {},
  });
  judge = await WireJudge.start("haproxy", engine, ports);
});

after(async () => {
  await judge?.[Symbol.asyncDispose]();
  if (folder !== "") await rm(folder, { recursive: true, force: true });
});

for (const scenario of readScenarios()) {
  const skip = withHaproxy.skip ?? scenario.skip.get("haproxy");
  test(`${scenario.name}: ${scenario.about}`, skip === undefined ? {} : { skip }, async () => {
    assert.ok(judge !== undefined);
    assert.deepEqual(await differencesOf(scenario, judge), []);
  });
}
