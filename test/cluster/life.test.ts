import assert from "node:assert/strict";
import { test } from "node:test";
import { run } from "#os/spawn.ts";
import { eventually } from "../harness/eventually.ts";
import { listenTo, type Machine, makeMachine, portolan } from "../harness/machine.ts";
import { asRoot } from "./as-root.ts";
import { applied, containersOf, fromBeside, objectsOf } from "./looks.ts";
import { exposed, scripted } from "./manifests.ts";
import { unchanged } from "./unchanged.ts";
import { killAll, processesOf } from "./violence.ts";

test("down leaves the machine as it was, also the setting that forwards packets", asRoot, async () => {
  await using machine = await makeMachine();
  await machine.run("sysctl", "-qw", "net.ipv4.ip_forward=0");
  const before = await machine.state();
  await machine.portolan("up", "-d", ...applied(machine, exposed("web", 30080)));
  assert.match(await fromBeside(machine, 30080), /^You've hit web-/);
  assert.notDeepEqual(unchanged(machine, before, await machine.state()), []);
  assert.match(await machine.portolan("down"), /the machine is as it was/);
  assert.deepEqual(unchanged(machine, before, await machine.state()), []);
});

test("Ctrl-C takes a cluster down, and a second one does not interrupt that", asRoot, async () => {
  await using machine = await makeMachine();
  const before = await machine.state();
  const child = machine.start(
    portolan,
    "up",
    "--data-dir",
    machine.dataDir,
    ...applied(machine, exposed("web", 30080)),
  );
  const { said, ended } = listenTo(child);
  await eventually("the cluster is ready", () => said().includes("Portolan is ready"), { seconds: 20 });
  for (let again = 0; again < 5; again++) {
    child.kill("SIGINT");
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { code, stdout } = await ended;
  assert.equal(code, 0);
  assert.match(stdout, /Portolan is ready in \d+\.\d\d s\n$/);
  assert.deepEqual(unchanged(machine, before, await machine.state()), []);
});

test("Ctrl-C while a cluster is starting leaves nothing behind", asRoot, async () => {
  await using machine = await makeMachine();
  const before = await machine.state();
  for (const flags of [[], ["-d"]]) {
    const child = machine.start(portolan, "up", ...flags, "--data-dir", machine.dataDir);
    const { ended } = listenTo(child);
    await eventually(
      "something was changed",
      async () => unchanged(machine, before, await machine.state()).length > 0,
      { seconds: 20 },
    );
    child.kill("SIGINT");
    await ended;
    await machine.run(portolan, "down", "--data-dir", machine.dataDir);
    assert.deepEqual(unchanged(machine, before, await machine.state()), []);
  }
});

test("after kill -9 of every process, down cleans up", asRoot, async () => {
  await using machine = await makeMachine();
  const before = await machine.state();
  await machine.portolan("up", "-d", ...applied(machine, exposed("web", 30080)));
  assert.ok((await killAll(machine)) >= 5, "the cluster, two supervisors, two programs");
  assert.match(await machine.portolan("down"), /what an earlier run had left is cleaned up/);
  assert.deepEqual(unchanged(machine, before, await machine.state()), []);
});

test(
  "after kill -9 of the cluster alone, pods are adopted: no restart, no log line and no exit code is lost",
  asRoot,
  async () => {
    await using machine = await makeMachine();
    const counting = scripted("counts", "i=0; while :; do echo $i; i=$((i+1)); sleep 0.02; done");
    const ending = scripted("ends", "while [ ! -e /tmp/go ]; do sleep 0.02; done; echo last words; exit 7");
    const later = scripted("ends-later", "while [ ! -e /tmp/go-later ]; do sleep 0.02; done; exit 9");
    await machine.portolan(
      "up",
      "-d",
      ...applied(machine, [exposed("web", 30080), counting, ending, later].join("---")),
    );
    await eventually(
      "the pods run",
      async () => [...(await containersOf(machine)).values()].every(({ id }) => id !== ""),
      { seconds: 20 },
    );
    const before = await containersOf(machine);
    const shells = (await processesOf(machine, "sleep 0.02")).length;
    assert.ok(shells >= 1);
    await machine.kubectl("exec", "ends", "--", "sh", "-c", "(sleep 1; touch /tmp/go) >/dev/null 2>&1 &");
    const [pid = 0] = await processesOf(machine, "/src/cli/main.ts");
    process.kill(pid, "SIGKILL");
    assert.match(await fromBeside(machine, 30080), /^You've hit web-/, "rules and pods go on without the cluster");
    await eventually(
      "the container ended meanwhile",
      async () => (await processesOf(machine, "last words")).length === 0,
      { seconds: 10 },
    );
    await machine.portolan("up", "-d");
    const exit = (name: string): Promise<string> =>
      machine.kubectl(
        "get",
        "pod",
        name,
        "-o=jsonpath={.status.phase} {.status.containerStatuses[0].state.terminated.exitCode}",
      );
    await eventually("the exit code is told", async () => (await exit("ends")) === "Failed 7", { seconds: 10 });
    // In the background and a moment later: a command ends with code 137 where the container's end overtakes its own.
    await machine.kubectl("exec", "ends-later", "--", "sh", "-c", "(sleep 0.2; touch /tmp/go-later) >/dev/null 2>&1 &");
    await eventually(
      "an adopted container's exit code is told",
      async () => (await exit("ends-later")) === "Failed 9",
      {
        seconds: 10,
      },
    );
    assert.equal(await machine.kubectl("logs", "ends"), "last words\n");
    assert.deepEqual(await containersOf(machine), before);
    const counted = (await machine.kubectl("logs", "counts")).trim().split("\n").map(Number);
    assert.deepEqual(
      counted,
      counted.map((_, i) => i),
    );
  },
);

test("after a reboot the same objects come up again, with the same addresses", asRoot, async () => {
  await using machine = await makeMachine();
  await machine.portolan("up", "-d", ...applied(machine, exposed("web", 30080)));
  const [before, pods] = [await objectsOf(machine), await containersOf(machine)];
  await killAll(machine);
  await wipe(machine);
  await machine.portolan("up", "-d");
  assert.equal(await objectsOf(machine), before);
  await eventually("the service answers", async () => /^You've hit web-/.test(await fromBeside(machine, 30080)), {
    seconds: 20,
  });
  const after = await containersOf(machine);
  assert.deepEqual([...after.keys()], [...pods.keys()]);
  for (const [name, { id }] of after) assert.notEqual(id, pods.get(name)?.id);
});

/** What a machine has lost after it was switched off and on. */
async function wipe(machine: Machine): Promise<void> {
  await machine.run("nft", "flush", "ruleset");
  for (const [link] of (await machine.run("ip", "-o", "link")).stdout.matchAll(/\bptl\w+/g))
    await machine.run("ip", "link", "delete", link);
  const mounts = (await run(["findmnt", "--list", "--noheadings", "--output", "TARGET"])).stdout.split("\n");
  for (const at of mounts.filter((path) => path.startsWith(`${machine.dataDir}/`)).reverse())
    await run(["umount", "--lazy", at]);
}

test(
  "down and up again: the same objects at the same addresses; -f is applied to a cluster that runs",
  asRoot,
  async () => {
    await using machine = await makeMachine();
    await machine.portolan(
      "up",
      "-d",
      "--service-cluster-ip-range",
      "10.98.0.0/16",
      ...applied(machine, exposed("web", 30080)),
    );
    const before = await objectsOf(machine);
    assert.match(before, /Service\/web \S+ 10\.98\./);
    await machine.portolan("down");
    assert.match(
      await machine.portolan("up", "-d", ...applied(machine, exposed("web", 30080))),
      /service\/web unchanged/,
    );
    assert.equal(await objectsOf(machine), before, "the folder alone names the cluster and its addresses");
    const said = await machine.portolan("up", ...applied(machine, exposed("more", 30081, 1)));
    assert.match(said, /deployment\.apps\/more created\nservice\/more created\n/);
    assert.match(said, new RegExp(`more +NodePort +${machine.address}:30081 +everywhere +200 You've hit more-`));
    assert.match(said, /Portolan is ready in \d+\.\d\d s\n$/);
  },
);

test("two clusters live side by side, with logs and commands of the pods of both", asRoot, async () => {
  await using machine = await makeMachine();
  await machine.run("sysctl", "-qw", "net.ipv4.ip_forward=0");
  const untouched = await machine.state();
  const second = `${machine.dataDir}/second`;
  await machine.portolan("up", "-d", ...applied(machine, scripted("one", "echo first; exec sleep 1000")));
  await machine.kubectl("wait", "--for=condition=Ready", "pod/one", "--timeout=20s");
  const before = await machine.state();
  const flags = [
    "--data-dir",
    second,
    "--api-port",
    "7443",
    "--cluster-cidr",
    "10.202.0.0/16",
    "--service-cluster-ip-range",
    "10.122.0.0/16",
  ];
  try {
    const up = await machine.run(
      portolan,
      "up",
      "-d",
      ...flags,
      ...applied(machine, scripted("one", "echo second; exec sleep 1000")),
    );
    assert.equal(up.code, 0, up.stderr);
    const there = ["--kubeconfig", `${second}/kubeconfig`];
    await machine.kubectl("wait", "--for=condition=Ready", "pod/one", "--timeout=20s");
    await machine.kubectl(...there, "wait", "--for=condition=Ready", "pod/one", "--timeout=20s");
    assert.equal(await machine.kubectl("logs", "one"), "first\n");
    assert.equal(await machine.kubectl(...there, "logs", "one"), "second\n");
    assert.equal(await machine.kubectl(...there, "exec", "one", "--", "hostname"), "one\n");
    const port = ["get", "node", "node-1", "-o=jsonpath={.status.daemonEndpoints.kubeletEndpoint.Port}"];
    assert.equal(await machine.kubectl(...port), "10250");
    assert.notEqual(await machine.kubectl(...there, ...port), "10250");
  } finally {
    await machine.run(portolan, "down", "--purge", "--data-dir", second);
  }
  assert.deepEqual(unchanged(machine, before, await machine.state()), []);
  assert.equal(await machine.kubectl("logs", "one"), "first\n", "the first goes on");
  await machine.portolan("down");
  assert.deepEqual(unchanged(machine, untouched, await machine.state()), []);
});

test("status tells what runs, for people and for programs", asRoot, async () => {
  await using machine = await makeMachine();
  const status = async () =>
    JSON.parse((await machine.run(portolan, "status", "-o", "json", "--data-dir", machine.dataDir)).stdout);
  const kubeconfig = `${machine.dataDir}/kubeconfig`;
  assert.deepEqual(await status(), {
    ready: false,
    version: "",
    kubeconfig,
    nodes: [],
    processes: [],
    loadBalancerPool: [],
  });
  await machine.portolan("up", "-d");
  const { processes, loadBalancerPool, ...rest } = await status();
  const nodes = [{ name: "node-1", ip: machine.address, netns: null, ready: true }];
  assert.deepEqual(rest, { ready: true, version: "v1.36.0", kubeconfig, nodes });
  assert.equal(loadBalancerPool.length, 1);
  assert.match(loadBalancerPool[0], /^172\.30\.\d+\.128\/25$/);
  assert.deepEqual(
    processes,
    (await processesOf(machine, "/src/cli/main.ts")).map((pid) => ({ pid, role: "server, controllers, node-1" })),
  );
  assert.match(await machine.portolan("status"), new RegExp(`node-1 +${machine.address} +Ready`));
});
