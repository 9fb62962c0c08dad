import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { hasCode } from "#os/files.ts";
import { run } from "#os/spawn.ts";
import { eventually } from "../harness/eventually.ts";
import { makeMachine, portolan } from "../harness/machine.ts";
import { asRoot } from "./as-root.ts";
import { applied, fromBeside } from "./looks.ts";
import { exposed } from "./manifests.ts";
import { unchanged } from "./unchanged.ts";

test(
  "while the disk is full, writes are refused in a sentence and all else goes on; then the cluster goes on",
  asRoot,
  async () => {
    await using machine = await makeMachine();
    const before = await machine.state();
    await run(["mount", "-t", "tmpfs", "-o", "size=96m,mode=755", "tmpfs", machine.dataDir]);
    try {
      await machine.portolan("up", "-d", ...applied(machine, exposed("web", 30080)));
      const ballast = `${machine.dataDir}/ballast`;
      fill(ballast);
      const refused = await eventually(
        "a write is refused",
        async () => {
          const big = `--from-literal=x=${"x".repeat(100_000)}`;
          return machine
            .kubectl("create", "configmap", `big-${process.hrtime.bigint()}`, big)
            .then(() => undefined, String);
        },
        { seconds: 20 },
      );
      assert.match(refused, /the store .*store\.db can't be written: .*full/);
      assert.match(await machine.kubectl("get", "services"), /web +NodePort/);
      assert.match(await fromBeside(machine, 30080), /^You've hit web-/);
      rmSync(ballast);
      await machine.kubectl("create", "configmap", "small", "--from-literal=x=y");
      fill(ballast);
      assert.match(await machine.portolan("down"), /the machine is as it was/);
      const { stderr } = await machine.run(portolan, "up", "-d", "--data-dir", machine.dataDir);
      assert.match(stderr, /the disk is full/);
      rmSync(ballast);
      await machine.portolan("up", "-d");
      assert.match(await machine.kubectl("get", "configmap", "small", "-o=jsonpath={.data.x}"), /^y$/);
      await machine.portolan("down");
      const left = unchanged(machine, before, await machine.state());
      assert.deepEqual(
        left.filter((line) => !line.startsWith("mount ") || !line.includes("(tmpfs)")),
        [],
      );
    } finally {
      await machine.run(portolan, "down", "--data-dir", machine.dataDir);
      await run(["umount", "--lazy", machine.dataDir]);
    }
  },
);

/** Until nothing goes in any more. */
function fill(file: string): void {
  for (const bytes of [1 << 20, 1 << 12]) {
    try {
      for (;;) writeFileSync(file, Buffer.alloc(bytes), { flag: "a" });
    } catch (fault) {
      if (!hasCode(fault, "ENOSPC")) throw fault;
    }
  }
}
