import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Judge } from "./judge.ts";
import { withHaproxy } from "./lone-frontend.ts";
import { readScenarios } from "./scenario.ts";
import { differencesOf } from "./verdict.ts";
import { haproxyJudge } from "./wire-judges.ts";

// One engine serves them all in turn, so it has to come from any of them to the next one too.
let judge: Judge | undefined;
before(async () => {
  if (withHaproxy.skip !== undefined) return;
  judge = await haproxyJudge();
});
after(() => judge?.[Symbol.asyncDispose]());

for (const scenario of readScenarios()) {
  const skip = withHaproxy.skip ?? scenario.skip.get("haproxy");
  test(`${scenario.name}: ${scenario.about}`, skip === undefined ? {} : { skip }, async () => {
    assert.ok(judge !== undefined);
    assert.deepEqual(await differencesOf(scenario, judge), []);
  });
}
