import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { configMaps } from "#api/core/config-map.ts";
import { informer } from "#client/informer.ts";
import { readKubeconfig } from "#client/kubeconfig.ts";
import { tlsTransport } from "#client/tls-transport.ts";
import { eventually } from "../harness/eventually.ts";
import { type Machine, makeMachine, type Outcome, portolan } from "../harness/machine.ts";
import { asRoot } from "./as-root.ts";
import { fromBeside, objectsOf } from "./looks.ts";
import { exposed } from "./manifests.ts";

const revisionOf = async (machine: Machine, name: string): Promise<number> =>
  Number(await machine.kubectl("get", "configmap", name, "-o=jsonpath={.metadata.resourceVersion}"));
const create = (machine: Machine, name: string, a: string) =>
  machine.kubectl("create", "configmap", name, `--from-literal=a=${a}`);

interface Ground extends AsyncDisposable {
  readonly machine: Machine;
  readonly folder: string;
  readonly backup: string;
  readonly say: (command: string, ...args: readonly string[]) => Promise<Outcome>;
}

/** A cluster with something to keep, and its backup. */
async function backedUp(): Promise<Ground> {
  await using made = new AsyncDisposableStack();
  const machine = made.use(await makeMachine());
  const folder = await mkdtemp(`${tmpdir()}/portolan-backups-`);
  made.defer(() => rm(folder, { recursive: true }));
  const backup = `${folder}/monday.backup`;
  writeFileSync(`${folder}/web.yaml`, exposed("web", 30080));
  await machine.portolan("up", "-d", "-f", `${folder}/web.yaml`);
  for (const name of ["stays", "changes", "goes"]) await create(machine, name, "before");
  assert.match(await machine.portolan("backup", backup), /: \d+ objects at revision \d+, \d+\.\d MB\n$/);
  const owned = made.move();
  return {
    machine,
    folder,
    backup,
    say: (command, ...args) => machine.run(portolan, command, "--data-dir", machine.dataDir, ...args),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

test(
  "a backup is its owner's alone and replaces no file unasked; what can't be kept or restored is said",
  asRoot,
  async () => {
    await using ground = await backedUp();
    const { machine, folder, backup, say } = ground;
    assert.equal(statSync(backup).mode & 0o777, 0o600);
    const taken = readFileSync(backup);
    const again = await say("backup", backup);
    assert.deepEqual([again.code, again.stdout], [1, ""]);
    assert.match(again.stderr, /is there already\n {2}fix: .*--force/);
    assert.ok(readFileSync(backup).equals(taken));
    const nowhere = await machine.run(portolan, "backup", `${folder}/none/x`, "--kubeconfig", machine.kubeconfig);
    assert.match(nowhere.stderr, /can't be written: ENOENT/);

    const running = await say("restore", backup);
    assert.equal(running.code, 1);
    assert.match(running.stderr, /the cluster runs: .*\n.*\n {2}fix: {3}stop it first: portolan down/);
    await machine.portolan("down");
    const damaged = `${folder}/damaged.backup`;
    writeFileSync(damaged, taken.subarray(0, taken.length >> 1));
    const refused = await say("restore", damaged);
    assert.deepEqual([refused.code, refused.stdout], [1, ""]);
    assert.match(refused.stderr, /damaged\.backup can't be used: /);
    assert.match(
      await machine.portolan("backup", "--force", backup),
      /objects at revision/,
      "of a stopped cluster, too",
    );
    const empty = await machine.run(portolan, "backup", `${folder}/x`, "--data-dir", folder);
    assert.match(empty.stderr, /there is no cluster to keep/);
  },
);

test(
  "a cluster goes back to its backup, and whoever followed it sees exactly what is there then",
  asRoot,
  async (t) => {
    await using ground = await backedUp();
    const { machine, backup } = ground;
    const atBackup = await objectsOf(machine);
    const access = await readKubeconfig(machine.kubeconfig);
    const transport = tlsTransport({ ...access, server: `https://${machine.address}:6443` });
    t.after(() => transport.close());
    const followed = informer(transport, configMaps, { namespace: "default" });
    t.after(() => followed.stop());
    await followed.synced();
    const heard: string[] = [];
    followed.onChange((before, after) => {
      const { name } = (before ?? after)?.metadata ?? { name: "" };
      // A namespace has a ConfigMap that is no matter of this test.
      if (name !== "kube-root-ca.crt") heard.push(`${name}: ${before?.data?.a} > ${after?.data?.a}`);
    });
    await machine.kubectl("patch", "configmap", "changes", "-p", '{"data":{"a":"after"}}');
    await machine.kubectl("delete", "configmap", "goes");
    await create(machine, "comes", "after");
    await eventually("the follower has heard of all", () => followed.get("default", "comes") !== undefined, {
      seconds: 10,
    });
    const last = await revisionOf(machine, "comes");

    await machine.portolan("down");
    heard.length = 0;
    const kept = /kept in (\S+);/.exec(await machine.portolan("restore", backup))?.[1] ?? "";
    assert.ok(existsSync(kept));
    await machine.portolan("up", "-d");
    await eventually("the follower has what is there", () => followed.get("default", "goes") !== undefined, {
      seconds: 30,
    });
    assert.deepEqual(heard.toSorted(), [
      "changes: after > before",
      "comes: after > undefined",
      "goes: undefined > before",
      "stays: before > before",
    ]);
    const path = `/api/v1/namespaces/default/configmaps?watch=true&resourceVersion=${last}`;
    const late = await transport.send({ method: "GET", path, headers: {}, body: undefined });
    assert.match(await late.text(), /"code":410/);
    assert.equal(await objectsOf(machine), atBackup);
    assert.match(await eventually("it answers", () => fromBeside(machine, 30080), { seconds: 20 }), /^You've hit web-/);
    for (const name of ["stays", "changes", "goes"]) assert.ok((await revisionOf(machine, name)) > last);
  },
);
