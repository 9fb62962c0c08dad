import assert from "node:assert/strict";
import { before, test } from "node:test";
import { seeded } from "../harness/seeded.ts";
import { type Answer, headerOf, type Judge } from "./judge.ts";
import { withHaproxy } from "./lone-frontend.ts";
import { randomScenario } from "./random-scenario.ts";
import type { Ask } from "./scenario.ts";
import { type ScenarioWorld, worldOf } from "./scenario-world.ts";
import { TraceJudge } from "./trace-judge.ts";
import { embeddedJudge, haproxyJudge } from "./wire-judges.ts";

const worlds = 40;

/** Everything of an answer that clients and pods could tell apart. */
function shown({ status, headers, seen }: Answer): string {
  const told = ["location", "access-control-allow-origin", "access-control-allow-methods", "www-authenticate"]
    .map((name) => [name, headerOf(headers, name)])
    .filter(([, value]) => value !== undefined);
  if (seen === undefined) return JSON.stringify([status, ...told]);
  const { host, "x-forwarded-prefix": prefix, "x-forwarded-for": client } = seen.headers;
  return JSON.stringify([
    status,
    seen.service,
    seen.method,
    seen.target,
    { host, prefix, client, body: seen.body },
    ...told,
  ]);
}

interface Foretold {
  readonly world: ScenarioWorld;
  readonly asks: readonly { readonly ask: Ask; readonly foretold: string }[];
}

async function foretell(seed: number, oracle: Judge): Promise<Foretold> {
  const { scenario, asks } = randomScenario(seeded(seed), `random ${seed}`);
  const world = await worldOf(scenario);
  await oracle.serve(world);
  const answered: Foretold["asks"][number][] = [];
  for (const ask of asks) answered.push({ ask, foretold: shown(await oracle.ask(ask)) });
  return { world, asks: answered };
}

/** What is to be of each world; both engines are held against it. */
const foretold: Foretold[] = [];
before(async () => {
  await using oracle = new TraceJudge();
  for (let seed = 1; seed <= worlds; seed++) foretold.push(await foretell(seed, oracle));
});

/** Serves random worlds by a judge; gives every request on which it says something else than was foretold. */
async function disagreements(judge: Judge): Promise<readonly string[]> {
  const found: string[] = [];
  for (const [index, { world, asks }] of foretold.entries()) {
    if (found.length >= 10) break;
    await judge.serve(world);
    for (const { ask, foretold } of asks) {
      const served = shown(await judge.ask(ask));
      if (foretold === served) continue;
      const { method, host, target, headers, from } = ask;
      const request = JSON.stringify([method, host, target, [...headers], from]);
      found.push(`seed ${index + 1}: ${request}\n  foretold ${foretold}\n  served   ${served}`);
    }
  }
  return found;
}

test(`of ${worlds} random worlds HAProxy serves what is foretold`, withHaproxy, async () => {
  await using judge = await haproxyJudge();
  assert.deepEqual((await disagreements(judge)).join("\n"), "");
});

test(`of ${worlds} random worlds the embedded engine serves what is foretold`, async () => {
  await using judge = await embeddedJudge();
  assert.deepEqual((await disagreements(judge)).join("\n"), "");
});
