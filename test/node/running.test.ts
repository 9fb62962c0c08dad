import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, realpathSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { configMaps } from "#api/core/config-map.ts";
import { events } from "#api/core/event.ts";
import type { Pod } from "#api/core/pod.ts";
import { portHolders } from "#os/port-holders.ts";
import { foldersIn } from "#os/process-runtime/folders.ts";
import { eventually } from "../harness/eventually.ts";
import { isReady, namespace, obedient, openWorld, shell, type World, whyNot } from "./world.ts";

describe("a pod on a node", { skip: whyNot ?? false, concurrency: true }, () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world?.[Symbol.asyncDispose]());
  const text = (pod: Pod, ...path: readonly string[]) =>
    readFile(join(world.folder, "volumes", pod.metadata.uid, ...path), "utf8");

  test("starts once the ConfigMap that it names is there, and sees what becomes of it", async () => {
    const volumes = [{ name: "settings", configMap: { name: "settings" } }];
    const pod = await world.run("reader", { containers: [shell("main", obedient), shell("other", obedient)], volumes });
    await eventually("the refusal", () => world.failures.some(({ key }) => key.startsWith(pod.metadata.uid)), {
      seconds: 20,
    });
    const maps = world.of(configMaps);
    await maps.create(namespace, { metadata: { name: "settings" }, data: { colour: "red" } });
    await world.when("reader", "is ready", isReady);
    assert.equal(await text(pod, "settings", "colour"), "red");
    await maps.patch(namespace, "settings", { type: "merge", body: { data: { colour: "green" } } });
    await eventually("the new colour", async () => (await text(pod, "settings", "colour")) === "green", {
      seconds: 20,
    });
  });

  test("is not ready after a restart until its new run says so", async () => {
    const readinessProbe = { exec: { command: ["test", "-e", "/ready"] }, periodSeconds: 1 };
    const script = `[ -e /shared/second ] || touch /ready /shared/second; ${obedient}`;
    const web = { ...shell("main", script), readinessProbe, volumeMounts: [{ name: "shared", mountPath: "/shared" }] };
    const pod = await world.run("fickle", { containers: [web], volumes: [{ name: "shared", emptyDir: {} }] });
    await world.when("fickle", "is ready", isReady);
    process.kill(await firstProcess(world, pod), "SIGKILL");
    const second = await world.when("fickle", "runs again", ({ status }) => {
      const [main] = status.containerStatuses ?? [];
      return main?.restartCount === 1 && main.state.running !== undefined;
    });
    assert.equal(isReady(second), false);
  });

  test("that is going stays ready as long as it says so", async () => {
    const readinessProbe = { exec: { command: ["true"] }, periodSeconds: 1 };
    const lifecycle = { preStop: { exec: { command: ["sh", "-c", "until [ -e /shared/go ]; do sleep 0.05; done"] } } };
    const web = {
      ...shell("main", obedient),
      readinessProbe,
      lifecycle,
      volumeMounts: [{ name: "shared", mountPath: "/shared" }],
    };
    const pod = await world.run("leaving", {
      containers: [web],
      volumes: [{ name: "shared", emptyDir: {} }],
      terminationGracePeriodSeconds: 60,
    });
    await world.when("leaving", "is ready", isReady);
    await world.pods.delete(namespace, "leaving");
    const going = await world.when("leaving", "is going", ({ metadata, status }) => {
      return metadata.deletionTimestamp !== undefined && status.observedGeneration === metadata.generation;
    });
    assert.equal(isReady(going), true);
    await writeFile(join(world.folder, "volumes", pod.metadata.uid, "shared", "go"), "");
    await world.gone("leaving");
  });

  test("whose postStart hook fails is started again", async () => {
    const lifecycle = { postStart: { exec: { command: ["false"] } } };
    await world.run("unhooked", { containers: [{ ...shell("main", obedient), lifecycle }] });
    await world.when(
      "unhooked",
      "is started again",
      ({ status }) => (status.containerStatuses?.[0]?.restartCount ?? 0) > 0,
    );
  });

  test("can be deleted while its postStart hook takes for ever", async () => {
    const lifecycle = { postStart: { exec: { command: ["sh", "-c", "touch /shared/begun; sleep 3600"] } } };
    const pod = await world.run("endless", {
      containers: [{ ...shell("main", obedient), lifecycle, volumeMounts: [{ name: "shared", mountPath: "/shared" }] }],
      volumes: [{ name: "shared", emptyDir: {} }],
      terminationGracePeriodSeconds: 600,
    });
    await eventually("the hook", async () => (await text(pod, "shared", "begun")) === "", { seconds: 20 });
    await world.pods.delete(namespace, "endless");
    await world.gone("endless");
  });

  for (const [restartPolicy, exitCode, phase] of [
    ["Never", 0, "Succeeded"],
    ["Never", 3, "Failed"],
    ["OnFailure", 0, "Succeeded"],
  ] as const)
    test(`${restartPolicy}: exit code ${exitCode} means ${phase}`, async () => {
      const name = `${restartPolicy}-${exitCode}`.toLowerCase();
      await world.run(name, { restartPolicy, containers: [shell("main", `exit ${exitCode}`)] });
      const { status } = await world.when(name, "has ended", (pod) => pod.status.phase === phase);
      assert.equal(status.containerStatuses?.[0]?.state.terminated?.exitCode, exitCode);
    });

  test("fails when its time is over", async () => {
    await world.run("late", { activeDeadlineSeconds: 2, containers: [shell("main", obedient)] });
    const { status } = await world.when("late", "has failed", ({ status: { phase } }) => phase === "Failed");
    assert.equal(status.reason, "DeadlineExceeded");
    await world.when("late", "has ended", (pod) => pod.status.containerStatuses?.[0]?.state.running === undefined);
  });
});

describe("an agent that starts again", { skip: whyNot ?? false }, () => {
  test("takes what has started for started", async () => {
    await using world = await openWorld();
    const often = { periodSeconds: 1, timeoutSeconds: 30, failureThreshold: 1 };
    const startupProbe = { ...often, exec: { command: ["test", "-e", "/shared/up"] } };
    const readinessProbe = { ...often, initialDelaySeconds: 3, exec: { command: ["test", "-e", "/shared/ready"] } };
    const main = { startupProbe, readinessProbe, volumeMounts: [{ name: "shared", mountPath: "/shared" }] };
    const script = `touch /shared/up /shared/ready; ${obedient}`;
    const pod = await world.run("started", {
      containers: [{ ...shell("main", script), ...main }],
      volumes: [{ name: "shared", emptyDir: {} }],
    });
    await world.when("started", "is ready", isReady);
    const shared = join(world.folder, "volumes", pod.metadata.uid, "shared");
    await world.restartAgent(() => rm(join(shared, "up")));
    assert.equal((await world.pod("started"))?.status.containerStatuses?.[0]?.started, true);
    await rm(join(shared, "ready"));
    // The startup probe would have failed by the time that the other one, which waits for it, does.
    const later = await world.when("started", "is no longer ready", (now) => !isReady(now));
    const [status] = later.status.containerStatuses ?? [];
    assert.deepEqual([status?.started, status?.restartCount], [true, 0]);
  });

  test("finds its pods, and takes away those that were deleted meanwhile", async () => {
    await using world = await openWorld();
    const runs = ({ status }: Pod) => status.containerStatuses?.[0]?.state.running !== undefined;
    for (const name of ["kept", "deleted"]) await world.run(name, { containers: [shell("main", obedient)] });
    const kept = await world.when("kept", "runs", runs);
    const deleted = await world.when("deleted", "runs", runs);
    const pid = await firstProcess(world, kept);
    await world.restartAgent(() => world.pods.delete(namespace, "deleted", { gracePeriodSeconds: 0 }).then(() => {}));
    await eventually(
      "the end of what was deleted",
      () => !existsSync(foldersIn(join(world.folder, "runtime")).sandbox(deleted.metadata.uid).path),
      { seconds: 20 },
    );
    assert.equal(await firstProcess(world, kept), pid);
    assert.equal((await world.pod("kept"))?.status.containerStatuses?.[0]?.restartCount, 0);
    assert.deepEqual(world.failures, []);
  });
});

describe("a node's addresses", { skip: whyNot ?? false }, () => {
  const phase = (wanted: string) => (pod: Pod) => pod.status.phase === wanted;

  test("of pods that have ended are for others; a pod that gets none says why, and waits for one", async () => {
    await using world = await openWorld({ prefixLength: 30 }); // one for a pod
    await world.run("first", { restartPolicy: "Never", containers: [shell("main", "echo done")] });
    const first = await world.when("first", "has ended", phase("Succeeded"));
    await world.run("second", { containers: [shell("main", obedient)] });
    const second = await world.when("second", "runs", phase("Running"));
    assert.equal(second.status.podIP, first.status.podIP);
    const log = join(foldersIn(join(world.folder, "runtime")).container(`${first.metadata.uid}_main_0`).path, "log");
    assert.match(await readFile(log, "utf8"), /done/);

    await world.run("third", { containers: [shell("main", obedient)] });
    const told = await eventually(
      "the event",
      async () => {
        const { items } = await world.of(events).list(namespace);
        return items.find(({ involvedObject, type }) => involvedObject.name === "third" && type === "Warning");
      },
      { seconds: 20 },
    );
    assert.equal(told.reason, "FailedCreatePodSandBox");
    assert.match(told.message ?? "", /^Failed to create pod sandbox: no address is left in 10\.209\.\d+\.0\/30/);
    await world.pods.delete(namespace, "second");
    await world.when("third", "runs", phase("Running"));
  });
});

describe("a port of the node", { skip: whyNot ?? false }, () => {
  /** Listens at the port, or dies of it. The program is mounted: where this tree stands need not be seen from a pod. */
  const listener = (port: number) => ({
    hostNetwork: true,
    containers: [
      {
        name: "main",
        image: "shell",
        command: ["/opt/node", "-e", `require("node:net").createServer().listen(${port}, "127.0.0.1")`],
        volumeMounts: [{ name: "node", mountPath: "/opt/node" }],
      },
    ],
    volumes: [{ name: "node", hostPath: { path: realpathSync(process.execPath) } }],
  });
  const clashOf = (world: World, pod: string) =>
    eventually(
      `what is told of ${pod}`,
      async () => {
        const { items } = await world.of(events).list(namespace);
        return items.find(({ involvedObject: { name }, reason }) => name === pod && reason === "HostPortTaken");
      },
      { seconds: 20 },
    );

  test("that a pod on the node's network finds taken is told with the pod that has it", async () => {
    await using world = await openWorld();
    await using server = await listening();
    const { port } = server;
    await world.run("unlucky", listener(port));
    const taken = `Container main ended because port ${port}/TCP of the node is taken by`;
    assert.equal(
      (await clashOf(world, "unlucky")).message,
      `${taken} process ${server.pid} (${await commandOf(server.pid)})`,
    );
    await world.pods.delete(namespace, "unlucky", { gracePeriodSeconds: 0 });
    await server[Symbol.asyncDispose]();

    const first = await world.run("first", listener(port));
    await world.when("first", "runs", ({ status }) => status.phase === "Running");
    await eventually("its port", async () => (await portHolders([{ protocol: "TCP", port }], "counted")).size > 0, {
      seconds: 20,
    });
    await world.run("second", listener(port));
    const holder = await firstProcess(world, first);
    const told = await clashOf(world, "second");
    assert.equal(told.message, `${taken} pod ${namespace}/first (${await commandOf(holder)}, process ${holder})`);
    assert.equal(told.involvedObject.fieldPath, "spec.containers{main}");
  });

  test("that leads to a pod though a program listens there is told with the program", async () => {
    await using world = await openWorld();
    await using server = await listening();
    const ports = [{ containerPort: 80, hostPort: server.port }];
    await world.run("hiding", { containers: [{ ...shell("main", obedient), ports }] });
    const { message } = await clashOf(world, "hiding");
    assert.equal(
      message,
      `Host port ${server.port}/TCP now leads to this pod; process ${server.pid} (${await commandOf(server.pid)}) listens there too, and is no longer reached at the node's addresses`,
    );
  });
});

const commandOf = async (pid: number): Promise<string> => (await readFile(`/proc/${pid}/comm`, "utf8")).trim();

/** A program of this machine that listens at a port. */
async function listening(): Promise<{ readonly port: number; readonly pid: number } & AsyncDisposable> {
  const script =
    'require("node:net").createServer().listen(0, "127.0.0.1", function () { console.log(this.address().port) })';
  const program = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  const [first] = await once(program.stdout, "data");
  assert.ok(program.pid !== undefined);
  return {
    port: Number(String(first)),
    pid: program.pid,
    async [Symbol.asyncDispose]() {
      if (program.exitCode !== null || program.signalCode !== null) return;
      program.kill();
      await once(program, "exit");
    },
  };
}

/** Where the runtime writes it down. */
async function firstProcess({ folder }: World, { metadata }: Pod): Promise<number> {
  return Number(await readFile(foldersIn(join(folder, "runtime")).container(`${metadata.uid}_main_0`).pid, "utf8"));
}
