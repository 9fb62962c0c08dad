import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import type { HopKind, Story } from "#core/trace/story.ts";
import { parseTarget } from "#core/trace/target.ts";
import { traceOf } from "#core/trace/trace.ts";
import { mustIp } from "#net/ip.ts";
import { type Flow, flowsOf, isNode, nodeName, objectsOf, root, showPlace } from "../data-plane/scenario.ts";
import { worldOfScenario } from "./scenario-world.ts";

const names = readdirSync(root, { withFileTypes: true }).flatMap((one) => (one.isDirectory() ? one.name : []));

/** What decides on a packet before it comes to a pod; whether pods run is no matter of scenarios. */
const decisive: ReadonlySet<HopKind> = new Set(["client", "name", "address", "source", "endpoints"]);

for (const name of names)
  test(`${name}: a trace ends where flows.txt says, and stops nowhere else`, () => {
    const world = worldOfScenario(objectsOf(name));
    for (const flow of flowsOf(name)) {
      const target = parseTarget(`${showPlace(flow.to, flow.port)}/${flow.protocol}`, "default");
      assert.equal(target.kind, "understood", flow.line);
      if (target.kind !== "understood") continue;
      const story = traceOf(target.value, { kind: "arriving", ip: mustIp(flow.from), node: nodeName }, world);
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
  });

/** In the words of flows.txt: whom the node itself asks sees the node in any case. */
function endsOf({ fate }: Story, { from }: Flow): readonly string[] {
  if (fate === undefined) return ["nowhere"];
  if (fate.kind !== "passes") return [fate.kind];
  return fate.ends
    .map(({ ip, port, masqueraded }) => `${showPlace(ip.text, port)}${masqueraded && !isNode(from) ? " as node" : ""}`)
    .toSorted();
}
