import assert from "node:assert/strict";
import { test } from "node:test";
import { readScenarios } from "./scenario.ts";
import { tableOf } from "./scenario-table.ts";
import { worldOf } from "./scenario-world.ts";
import { TraceJudge } from "./trace-judge.ts";
import { differencesOf } from "./verdict.ts";

const scenarios = readScenarios();

test("there are at least 175 scenarios, 25 of them those of Kubernetes' Ingress conformance", () => {
  assert.ok(scenarios.length >= 175);
  assert.ok(scenarios.filter(({ name }) => name.startsWith("conformance/")).length >= 25);
});

for (const scenario of scenarios) {
  const skip = scenario.skip.get("trace");
  test(`${scenario.name}: ${scenario.about}`, skip === undefined ? {} : { skip }, async () => {
    await using judge = new TraceJudge();
    assert.deepEqual(await differencesOf(scenario, judge), []);
  });
}

for (const scenario of scenarios) {
  if (scenario.told.size === 0) continue;
  test(`${scenario.name}: the Ingress is told`, async () => {
    const { findingsOf } = tableOf(await worldOf(scenario), { http: 80, https: 443 });
    for (const [ingress, reason] of scenario.told) {
      const reasons = findingsOf(ingress).map(({ because }) => because);
      assert.ok(
        reasons.some((one) => reason.test(one)),
        `${ingress} is told ${reasons.join(", ") || "nothing"}, not ${reason}`,
      );
    }
  });
}
