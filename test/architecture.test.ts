import assert from "node:assert/strict";
import { test } from "node:test";
import manifest from "../package.json" with { type: "json" };
import { architectureProblems } from "./check/architecture.ts";
import { showProblem } from "./check/problem.ts";
import { rooms } from "./check/rooms.ts";
import { readSources } from "./check/sources.ts";

const dependencies = new Set(Object.keys(manifest.dependencies));

test("every file imports only what its room may, no files import each other in a circle, pure rooms are pure", () => {
  const problems = architectureProblems(readSources(`${import.meta.dirname}/..`), dependencies);
  assert.deepEqual(problems.map(showProblem), []);
});

/** `from` imports `specifier`, which is the file `target`: may it? */
const importCases: readonly (readonly [from: string, specifier: string, target: string, may: boolean])[] = [
  ["src/machinery/kind.ts", "#net/ip.ts", "src/net/ip.ts", true],
  ["src/api/core/pod.ts", "#net/ip.ts", "src/net/ip.ts", true],
  ["src/net/ip.ts", "#machinery/kind.ts", "src/machinery/kind.ts", false],
  ["src/store/sqlite.ts", "#api/core/pod.ts", "src/api/core/pod.ts", false],
  ["src/core/dns/zone.ts", "../services/map.ts", "src/core/services/map.ts", true],
  ["src/core/services/map.ts", "../dns/zone.ts", "src/core/dns/zone.ts", false],
  ["src/core/pods/steps.ts", "../placement/bind.ts", "src/core/placement/bind.ts", false],
  ["src/core/pods/steps.ts", "../reasons.ts", "src/core/reasons.ts", true],
  ["src/server/admit.ts", "#core/addresses/pool.ts", "src/core/addresses/pool.ts", true],
  ["src/server/admit.ts", "#core/services/map.ts", "src/core/services/map.ts", false],
  ["src/server/in-process.ts", "#client/transport.ts", "src/client/transport.ts", true],
  ["src/server/in-process.ts", "#client/informer.ts", "src/client/informer.ts", false],
  ["src/daemons/dns/daemon.ts", "#store/store.ts", "src/store/store.ts", false],
  ["src/daemons/dns/daemon.ts", "../proxy/daemon.ts", "src/daemons/proxy/daemon.ts", false],
  ["src/daemons/dns/daemon.ts", "../loop.ts", "src/daemons/loop.ts", true],
  ["src/daemons/loop.ts", "./dns/daemon.ts", "src/daemons/dns/daemon.ts", false],
  ["src/cluster/up.ts", "#store/sqlite.ts", "src/store/sqlite.ts", true],
  ["src/cli/main.ts", "#cluster/up.ts", "src/cluster/up.ts", true],
  ["src/console/page.ts", "#cluster/up.ts", "src/cluster/up.ts", false],
  ["src/console/page.ts", "#core/trace/walk.ts", "src/core/trace/walk.ts", true],
  ["src/echo/main.ts", "#os/spawn.ts", "src/os/spawn.ts", false],
  ["src/core/dns/zone.ts", "#core/services/map.ts", "src/core/services/map.ts", false],
  ["src/server/admit.ts", "../api/core/pod.ts", "src/api/core/pod.ts", false],
  ["src/core/dns/zone.ts", "node:net", "node:net", false],
  ["src/core/dns/zone.test.ts", "node:test", "node:test", true],
  ["src/core/dns/zone.test.ts", "dns-packet", "dns-packet", true],
  ["src/os/links.ts", "node:net", "node:net", true],
  ["src/core/dns/zone.ts", "yaml", "yaml", false],
  ["src/cluster/up.ts", "yaml", "yaml", true],
  ["src/cluster/up.ts", "dns-packet", "dns-packet", false],
  ["src/store/sqlite.test.ts", "../../test/harness/eventually.ts", "test/harness/eventually.ts", true],
  ["src/store/sqlite.ts", "../../test/harness/eventually.ts", "test/harness/eventually.ts", false],
];
for (const [path, specifier, target, may] of importCases) {
  test(`${path} ${may ? "may" : "may not"} import ${specifier}`, () => {
    const problems = architectureProblems(
      [{ path, imports: [{ specifier, target, line: 1 }], effects: [] }],
      dependencies,
    );
    assert.equal(problems.length, may ? 0 : 1, problems.map(showProblem).join("\n"));
  });
}

test("three files that import each other in a circle are refused once", () => {
  const ring = ["a", "b", "c"].map((name, index, names) => {
    const next = names[(index + 1) % names.length];
    return {
      path: `src/net/${name}.ts`,
      imports: [{ specifier: `./${next}.ts`, target: `src/net/${next}.ts`, line: 1 }],
      effects: [],
    };
  });
  assert.deepEqual(architectureProblems(ring, dependencies).map(showProblem), [
    "src/net/a.ts: import cycle: src/net/a.ts -> src/net/b.ts -> src/net/c.ts -> src/net/a.ts",
  ]);
});

for (const path of [
  "src/utils/text.ts",
  "src/net/helpers/text.ts",
  "src/net/misc.ts",
  "src/attic/text.ts",
  "src/text.ts",
]) {
  test(`${path} is no place for a file`, () => {
    assert.notEqual(architectureProblems([{ path, imports: [], effects: [] }], dependencies).length, 0);
  });
}

test("an effect is refused in every pure room and nowhere else", () => {
  for (const [room, { pure }] of Object.entries(rooms)) {
    const problems = architectureProblems(
      [{ path: `src/${room}/clock.ts`, imports: [], effects: [{ name: "Date.now", line: 3 }] }],
      dependencies,
    );
    assert.equal(problems.length, pure ? 1 : 0, room);
  }
});
