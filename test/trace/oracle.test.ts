import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import type { ProxyMode } from "#core/trace/rules.ts";
import type { HopKind, Story } from "#core/trace/story.ts";
import { type From, parseTarget } from "#core/trace/target.ts";
import { traceOf } from "#core/trace/trace.ts";
import { mustIp } from "#net/ip.ts";
import { type Flow, flowsOf, nodeName, objectsOf, scenarioNames, showPlace } from "../data-plane/scenario.ts";
import { endsOf, worldOfScenario } from "./scenario-world.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest();
const modes: readonly ProxyMode[] = [{ kind: "nftables" }, { kind: "iptables", sha256 }];
/** What decides on a packet before it comes to a pod; whether pods run is no matter of scenarios. */
const decisive: ReadonlySet<HopKind> = new Set(["client", "name", "address", "source", "endpoints"]);

for (const name of scenarioNames)
  test(`${name}: a trace ends where flows.txt says, and stops nowhere else`, () => {
    const worlds = modes.map((mode) => worldOfScenario(objectsOf(name), mode));
    for (const flow of flowsOf(name)) {
      const target = parseTarget(`${showPlace(flow.to, flow.port)}/${flow.protocol}`, "default");
      assert.equal(target.kind, "understood", flow.line);
      if (target.kind !== "understood") continue;
      const from: From = { kind: "arriving", ip: mustIp(flow.from), node: nodeName };
      for (const world of worlds) compare(flow, traceOf(target.value, from, world));
    }
  });

function compare(flow: Flow, story: Story): void {
  assert.deepEqual(endsOf(story, flow), flow.ends, flow.line);
  const refused = flow.ends.some((end) => end === "drop" || end === "reject");
  const stopping = story.hops.filter(({ outcome }) => outcome === "stops").map(({ kind }) => kind);
  assert.equal(stopping.includes("rules"), refused, `${flow.line}: ${stopping}`);
  if (!refused)
    assert.deepEqual(
      stopping.filter((kind) => decisive.has(kind)),
      [],
      flow.line,
    );
}
