import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { TopologySpreadConstraint } from "#api/core/pod/scheduling.ts";
import type { Pod } from "#api/core/pod.ts";
import { selectorOfLabels } from "#machinery/selectors.ts";
import { place } from "./place.ts";
import { around, node, pod, roomOf } from "./specimens.ts";

const hostname = "kubernetes.io/hostname";
const zone = "topology.kubernetes.io/zone";

const constraint = (more: Partial<TopologySpreadConstraint> = {}): TopologySpreadConstraint => ({
  maxSkew: 1,
  topologyKey: zone,
  whenUnsatisfiable: "DoNotSchedule",
  labelSelector: { matchLabels: { app: "web" } },
  ...more,
});
const soft = { whenUnsatisfiable: "ScheduleAnyway" } as const;
const web = (name: string, ...topologySpreadConstraints: readonly TopologySpreadConstraint[]): Pod =>
  pod(name, {
    labels: { app: "web", version: "2" },
    ...(topologySpreadConstraints.length > 0 && { topologySpreadConstraints }),
  });

/** `a:2 b:1` puts two pods into zone a and one into b, a node each zone; `c!` is tainted, `d-` has no zone. */
function rooms(text: string, one: (name: string) => Pod = web) {
  return text.split(" ").map((word) => {
    const [, name = "", mark = "", count = "0"] = /^(\w)([!-]?)(?::(\d+))?$/.exec(word) ?? [];
    return roomOf(
      node(name, {
        labels: { [hostname]: name, ...(mark !== "-" && { [zone]: name }) },
        ...(mark === "!" && { taints: [{ key: "full", effect: "NoSchedule" }] }),
      }),
      Array.from({ length: Number(count) }, (_, i) => one(`${name}-${i}`)),
    );
  });
}

function placed(one: Pod, ...[text, other]: Parameters<typeof rooms>): string {
  const placement = place(one, around(rooms(text, other)));
  if (placement.kind === "bind") return placement.nodeName;
  return /nodes are available: (.*)\. preemption:/.exec(placement.message)?.[1] ?? placement.message;
}
const words = "node(s) didn't match pod topology spread constraints";

describe("a pod that must be spread", () => {
  const rows = [
    ["goes where fewest are", constraint(), "a:1 b:0 c:1", "b"],
    ["may differ by as much as maxSkew", constraint({ maxSkew: 2 }), "a:1 b:2", "a"],
    [
      "finds nothing where other zones are closed to it",
      constraint(),
      "a:1 c!:0",
      `1 ${words}, 1 node(s) had untolerated taint {full: }`,
    ],
    ["leaves closed zones out if it says so", constraint({ nodeTaintsPolicy: "Honor" }), "a:1 c!:0", "a"],
    ["needs a zone", constraint(), "a:1 d-:0", "a"],
    ["never goes to nodes without a zone", constraint(), "d-:0", `1 ${words} (missing required label)`],
    ["waits for more domains", constraint({ minDomains: 3 }), "a:1 b:1", `2 ${words}`],
    ["has domains enough", constraint({ minDomains: 3 }), "a:1 b:1 c:0", "c"],
    ["counts those like itself", constraint({ matchLabelKeys: ["version"] }), "a:1 b:0", "b"],
  ] as const;
  for (const [name, one, text, to] of rows)
    test(`${name}: ${to}`, () => assert.equal(placed(web("new", one), text), to));

  test("doesn't count other versions by matchLabelKeys", () => {
    const old = (name: string): Pod => pod(name, { labels: { app: "web", version: "1" } });
    assert.equal(placed(web("new", constraint({ matchLabelKeys: ["version"] })), "a:3 b!:0", old), "a");
  });
  test("doesn't count pods that are going, nor those of other namespaces", () => {
    const going = (name: string): Pod => pod(name, { labels: { app: "web" }, leaving: true });
    assert.equal(placed(web("new", constraint()), "a:3 b!:0", going), "a");
    const elsewhere = (name: string): Pod => pod(name, { labels: { app: "web" }, namespace: "other" });
    assert.equal(placed(web("new", constraint()), "a:3 b!:0", elsewhere), "a");
  });
  test("leaves nodes out that its own selector doesn't fit, unless it says otherwise", () => {
    const only = (policy?: string): Pod => ({
      ...web("new", constraint(policy === undefined ? {} : { nodeAffinityPolicy: policy })),
      spec: {
        ...web("new", constraint(policy === undefined ? {} : { nodeAffinityPolicy: policy })).spec,
        nodeSelector: { [zone]: "a" },
      },
    });
    assert.equal(placed(only(), "a:3 b:0"), "a");
    assert.equal(placed(only("Ignore"), "a:3 b:0"), `1 node(s) didn't match Pod's node affinity/selector, 1 ${words}`);
  });
});

describe("a pod that is rather spread", () => {
  test("goes where fewest are", () => assert.equal(placed(web("new", constraint(soft)), "a:2 b:1 c:2"), "b"));
  test("goes somewhere all the same", () => assert.equal(placed(web("new", constraint(soft)), "a:9 b!:0"), "a"));
  test("rather not where there is no zone", () => assert.equal(placed(web("new", constraint(soft)), "a:1 d-:0"), "a"));

  test("is so by default where a Service leads to it", () => {
    const siblings = selectorOfLabels({ app: "web" });
    const text = "a:1 b:2 c:3";
    const filled = rooms(text).map(({ node: one, pods }, i) =>
      roomOf(one, [...pods, ...Array.from({ length: 3 - i }, (_, j) => pod(`x-${i}-${j}`))]),
    );
    // All nodes are equally full: only the siblings make a difference.
    const placement = place(web("new"), around(filled, { siblings }));
    assert.deepEqual(placement, { kind: "bind", nodeName: "a" });
  });

  test("ten of them end up evenly on nodes without zones", () => {
    const siblings = selectorOfLabels({ app: "web" });
    const on = new Map<string, Pod[]>(["p", "q", "r", "s", "t"].map((name) => [name, []]));
    for (let i = 0; i < 10; i++) {
      const nodes = [...on].map(([name, pods]) => roomOf(node(name, { labels: { [hostname]: name } }), pods));
      const placement = place(web(`web-${i}`), around(nodes, { siblings }));
      assert.ok(placement.kind === "bind");
      on.get(placement.nodeName)?.push(web(`web-${i}`));
    }
    assert.deepEqual(
      [...on.values()].map((pods) => pods.length),
      [2, 2, 2, 2, 2],
    );
  });
});
