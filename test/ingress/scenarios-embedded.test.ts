import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Judge } from "./judge.ts";
import { readScenarios } from "./scenario.ts";
import { differencesOf } from "./verdict.ts";
import { embeddedJudge } from "./wire-judges.ts";

// One engine serves them all in turn, so it has to come from any of them to the next one too.
let judge: Judge | undefined;
before(async () => {
  judge = await embeddedJudge();
});
after(() => judge?.[Symbol.asyncDispose]());

for (const scenario of readScenarios()) {
  const skip = scenario.skip.get("embedded");
  test(`${scenario.name}: ${scenario.about}`, skip === undefined ? {} : { skip }, async () => {
    assert.ok(judge !== undefined);
    assert.deepEqual(await differencesOf(scenario, judge), []);
  });
}
