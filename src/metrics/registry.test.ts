import assert from "node:assert/strict";
import { test } from "node:test";
import { Registry } from "./registry.ts";

test("counters, gauges and histograms are told as Prometheus reads them, labels in order", () => {
  const registry = new Registry();
  const asked = registry.counter({ name: "asked_total", help: "Questions,\nby whom.", labels: ["whom", "at"] });
  asked.at({ whom: 'the "old"\\\nman', at: "noon" }).add(2);
  asked.at({ at: "noon", whom: 'the "old"\\\nman' }).add();
  registry.gauge({ name: "never_set", help: "Nothing.", labels: ["x"] });
  registry.gauge({ name: "limit", help: "A limit.", labels: [] }).at({}).set(Number.POSITIVE_INFINITY);
  const took = registry.histogram({ name: "took_seconds", help: "Time.", labels: ["verb"] }, [0.1, 1]);
  for (const seconds of [0.0625, 0.5, 1, 2]) took.at({ verb: "GET" }).observe(seconds);
  assert.equal(
    registry.text(),
    `# HELP asked_total Questions,\\nby whom.
# TYPE asked_total counter
asked_total{at="noon",whom="the \\"old\\"\\\\\\nman"} 3
# HELP limit A limit.
# TYPE limit gauge
limit +Inf
# HELP took_seconds Time.
# TYPE took_seconds histogram
took_seconds_bucket{verb="GET",le="0.1"} 1
took_seconds_bucket{verb="GET",le="1"} 3
took_seconds_bucket{verb="GET",le="+Inf"} 4
took_seconds_sum{verb="GET"} 3.5625
took_seconds_count{verb="GET"} 4
`,
  );
});

test("what is looked at for each reading is told as it is then", () => {
  const registry = new Registry();
  const there = registry.gauge({ name: "there", help: "What is there.", labels: ["what"] });
  let present = ["a", "b"];
  registry.beforeReading(() => {
    there.clear();
    for (const what of present) there.at({ what }).set(1);
  });
  assert.match(registry.text(), /there\{what="a"\} 1\nthere\{what="b"\} 1\n$/);
  present = ["b"];
  assert.match(registry.text(), /gauge\nthere\{what="b"\} 1\n$/);
});

test("labels that never end are counted together, and cost no more memory", () => {
  const registry = new Registry();
  const asked = registry.counter({ name: "asked_total", help: "Questions.", labels: ["path"] });
  for (let i = 0; i < 20_000; i++) asked.at({ path: `/${i}` }).add();
  const lines = registry.text().split("\n");
  assert.ok(lines.length < 6000);
  const counts = lines.flatMap((line) => (line.startsWith("asked_total{") ? Number(line.split(" ")[1]) : []));
  assert.equal(
    counts.reduce((sum, count) => sum + count, 0),
    20_000,
  );
});
