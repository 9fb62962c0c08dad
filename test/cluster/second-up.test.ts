import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync } from "node:fs";
import { test } from "node:test";
import { makeMachine, portolan } from "../harness/machine.ts";
import { asRoot } from "./as-root.ts";

test(
  "--kubeconfig FILE: up writes it there too, status asks whatever cluster it names, down deletes it",
  asRoot,
  async () => {
    await using machine = await makeMachine();
    const file = `${machine.dataDir}/copy`;
    await machine.portolan("up", "-d", "--kubeconfig", file);
    assert.equal(readFileSync(file, "utf8"), readFileSync(machine.kubeconfig, "utf8"));
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const told = await machine.run(portolan, "status", "--data-dir", "/nowhere", "--kubeconfig", file, "-o", "json");
    const { ready, version, nodes, processes } = JSON.parse(told.stdout);
    assert.deepEqual(
      { ready, version, nodes, processes },
      {
        ready: true,
        version: "v1.36.0",
        nodes: [{ name: "node-1", ip: machine.address, netns: null, ready: true }],
        processes: [],
      },
    );
    await machine.portolan("down", "--kubeconfig", file);
    assert.ok(!existsSync(file));
    assert.ok(existsSync(machine.kubeconfig), "the cluster's own stays with its data");
  },
);

test("up on a cluster that runs says which flags it leaves out", asRoot, async () => {
  await using machine = await makeMachine();
  await machine.portolan("up", "-d", "--v", "1");
  const again = await machine.run(portolan, "up", "--data-dir", machine.dataDir, "--v", "1", "--api-port", "7443");
  assert.equal(again.code, 0);
  assert.match(again.stderr, /^warning: --api-port is left out: the cluster runs already; .*config\.yaml.*\n$/);
});
