import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { run } from "#os/spawn.ts";
import { eventually } from "../harness/eventually.ts";
import { findIptables } from "../harness/iptables.ts";
import { type Machine, makeMachine, portolan } from "../harness/machine.ts";
import { asRoot } from "./as-root.ts";
import { applied, fromBeside } from "./looks.ts";
import { exposed } from "./manifests.ts";
import { unchanged } from "./unchanged.ts";

const answers = async (machine: Machine): Promise<boolean> =>
  fromBeside(machine, 30080).then(
    (said) => said.startsWith("You've hit web-"),
    () => false,
  );
const demand = async (machine: Machine, ...argv: readonly string[]): Promise<void> => {
  const { code, stderr } = await machine.run(...argv);
  assert.equal(code, 0, stderr);
};
const ready = (machine: Machine): Promise<string> =>
  machine.kubectl("wait", "--for=condition=Available", "deployment/web", "--timeout=30s");

test(
  "where a firewall that nobody knows drops forwarded packets, the sentence names the command that helps",
  asRoot,
  async () => {
    await using machine = await makeMachine();
    const chain = "{ type filter hook forward priority filter; policy drop; }";
    await demand(machine, "nft", `add table inet mine; add chain inet mine pass ${chain}`);
    const before = await machine.state();
    const { code, stderr } = await machine.run(portolan, "up", "-d", "--data-dir", machine.dataDir);
    assert.equal(code, 0, stderr);
    const [, command = ""] =
      /^warning: the table inet mine .* drops .*; let them pass: (nft insert rule .*)$/m.exec(stderr) ?? [];
    await machine.run(portolan, "up", "--data-dir", machine.dataDir, ...applied(machine, exposed("web", 30080, 1)));
    await ready(machine);
    assert.equal(await answers(machine), false, "that table drops it");
    await demand(machine, "sh", "-c", command);
    await eventually("the node port answers", () => answers(machine), { seconds: 10 });
    await machine.portolan("down");
    const left = unchanged(machine, before, await machine.state());
    assert.deepEqual(
      left.filter((line) => !line.includes("table inet mine")),
      [],
    );
  },
);

test("Docker's place for rules of others lets pods' packets pass, and is as it was after down", asRoot, async (t) => {
  const iptables = findIptables();
  if (iptables === undefined) return t.skip("no iptables, neither installed nor unpacked");
  await using machine = await makeMachine();
  // A program of that name in a folder of its own, which finds its libraries wherever they lie.
  const folder = `${machine.dataDir}/bin`;
  await run(["mkdir", folder]);
  writeFileSync(`${folder}/iptables`, `#!/bin/sh\nexec ${iptables.join(" ")} "$@"\n`, { mode: 0o755 });
  const rules = ["-P FORWARD DROP", "-N DOCKER-USER", "-A DOCKER-USER -j RETURN", "-I FORWARD -j DOCKER-USER"];
  for (const rule of rules) assert.equal((await machine.run(`${folder}/iptables`, ...rule.split(" "))).stderr, "");
  const before = await machine.state();
  const path = `PATH=${folder}:${process.env.PATH}`;
  for (let again = 0; again < 2; again++) {
    const manifests = applied(machine, exposed("web", 30080, 1));
    const { code, stderr } = await machine.run(
      "env",
      path,
      portolan,
      "up",
      "-d",
      "--data-dir",
      machine.dataDir,
      ...manifests,
    );
    assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
    await eventually("the node port answers", () => answers(machine), { seconds: 20 });
    if (again === 0) {
      const { processes } = JSON.parse(await machine.portolan("status", "-o", "json"));
      process.kill(processes[0].pid, "SIGKILL");
    }
  }
  await machine.run("env", path, portolan, "down", "--data-dir", machine.dataDir);
  assert.deepEqual(unchanged(machine, before, await machine.state()), []);
});
