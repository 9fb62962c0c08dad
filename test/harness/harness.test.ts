import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "./eventually.ts";
import { findKubectls } from "./kubectls.ts";
import { differences, leftovers, machineState, showDifference } from "./machine-state.ts";
import { makeNamespace } from "./namespaces.ts";

const asRoot = process.getuid?.() === 0 ? {} : { skip: "making network namespaces needs root" };

test("a namespace is reached over its link while it is held, and nothing of it stays", asRoot, async () => {
  const before = await machineState();
  let name: string;
  {
    await using host = await makeNamespace({ outside: "10.223.71.1/30", inside: "10.223.71.2/30" });
    name = host.name;
    assert.match(await host.exec("ip", "route", "get", "10.223.71.1"), /dev eth0 src 10.223.71.2/);
    const now = leftovers(before, await machineState()).map(showDifference);
    assert.ok(now.includes(`namespace ${host.name}: new`));
    assert.ok(now.includes(`link ${host.link}: new`));
  }
  // Others may make namespaces meanwhile; ours is gone.
  const after = differences(before, await machineState());
  assert.deepEqual(
    after.filter(({ line }) => line.includes(name)),
    [],
  );
});

test("eventually gives what the probe gives in the end, and says what it waited for", async () => {
  let asked = 0;
  const third = await eventually("the third answer", () => (++asked < 3 ? undefined : asked), { seconds: 5 });
  assert.equal(third, 3);
  const never = (): undefined => {
    throw new Error("still closed");
  };
  await assert.rejects(
    eventually("the door", never, { seconds: 0 }),
    /waited 0 s in vain for the door: Error: still closed/,
  );
});

test("every kubectl of the machine is found once, the oldest first", async (t) => {
  const found = await findKubectls();
  if (found.length === 0) return t.skip("no kubectl here");
  const minors = found.map(({ version }) => Number(version.split(".")[1]));
  assert.deepEqual(
    minors,
    [...new Set(minors)].sort((a, b) => a - b),
  );
});
