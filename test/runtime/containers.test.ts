import assert from "node:assert/strict";
import { mkdtemp, readlink, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { mustIp } from "#net/ip.ts";
import { CannotRun } from "#os/process-runtime/plan.ts";
import { processNow } from "#os/processes.ts";
import { prepareProgram } from "#os/programs.ts";
import { run } from "#os/spawn.ts";
import { eventually } from "../harness/eventually.ts";
import { containerPlan, endOf, logOf, nextAddress, openWorld, printed, runOnce, whyNot } from "./world.ts";

const skip = whyNot ?? false;

const ends = [
  { script: "exit 0", exitCode: 0, reason: "Completed" },
  { script: "exit 3", exitCode: 3, reason: "Error" },
  { script: "exit 42", exitCode: 42, reason: "Error" },
  { script: "no-such-program", exitCode: 127, reason: "Error" },
  {
    script: "kill -9 $$; sleep 9",
    exitCode: 0,
    reason: "Completed",
    why: "PID 1 can't kill itself",
    instead: "exit 0",
  },
  { script: "(sleep 0; exit 0); sh -c 'kill -SEGV $$'; exit $?", exitCode: 139, reason: "Error" },
];

test("a container's end says its code and why", { skip }, async () => {
  await using world = await openWorld();
  for (const { script, exitCode, reason, instead } of ends) {
    const end = await runOnce(world, ["sh", "-c", instead ?? script]);
    assert.deepEqual([end.exitCode, end.reason], [exitCode, reason], script);
    assert.ok((end.startedAt?.getTime() ?? 0) <= end.finishedAt.getTime(), "it ended after it had started");
  }
  assert.equal(world.ended.length, ends.length);
});

test("arguments and variables arrive as they are, whatever is in them", { skip }, async () => {
  await using world = await openWorld();
  const words = ["plain", "", "it's", '"$HOME" `id` $(id)', "two\nlines", "-n", "ünïcødé ✓", "\\", "a  b", "--"];
  const env = { PATH: "/usr/bin:/bin", ODD: 'a\'b\n"c" $x `y`', "-x": "dash", empty: "" };
  const print = ["sh", "-c", 'for word in "$@"; do printf "<%s>" "$word"; done', "sh", ...words];
  assert.equal((await runOnce(world, print)).output, words.map((word) => `<${word}>`).join(""));
  const shown = (await runOnce(world, ["env", "-0"], { process: { env } })).output.split("\0").slice(0, -1);
  assert.deepEqual(
    shown.toSorted(),
    Object.entries(env)
      .map(([name, value]) => `${name}=${value}`)
      .toSorted(),
  );
});

const refusals = [
  { argv: ["foo"], message: 'exec: "foo": executable file not found in $PATH' },
  { argv: ["/opt/foo"], message: 'exec: "/opt/foo": stat /opt/foo: no such file or directory' },
  { argv: ["/etc"], message: 'exec: "/etc": stat /etc: no such file or directory' },
  { argv: ["echo", "a\0b"], message: "a command or its environment has a NUL byte" },
  { argv: [], message: "no command specified" },
];

test("what can't run is refused in Kubernetes' words, and stays as one that could not start", { skip }, async () => {
  await using world = await openWorld();
  for (const [attempt, { argv, message }] of refusals.entries()) {
    const sandbox = await world.sandbox();
    const start = world.runtime.startContainer(containerPlan(sandbox, argv, { attempt }));
    await assert.rejects(start, (fault) => fault instanceof CannotRun && fault.message === message);
    const [known] = (await world.runtime.list()).filter(({ id }) => id === sandbox.id);
    const [state] = known?.containers.map((container) => container.state) ?? [];
    assert.ok(
      state?.kind === "ended" && state.reason === "StartError" && state.exitCode === 128,
      JSON.stringify(state),
    );
    assert.equal(state.message, message);
  }
});

test("SIGTERM, and SIGKILL for who does not listen", { skip }, async () => {
  await using world = await openWorld();
  const { runtime } = world;
  const sandbox = await world.sandbox();
  const polite = await runtime.startContainer(
    containerPlan(sandbox, ["sh", "-c", "trap 'echo bye; exit 5' TERM; echo up; sleep 60 & wait"], { name: "polite" }),
  );
  const deaf = await runtime.startContainer(containerPlan(sandbox, ["sleep", "60"], { name: "deaf" }));
  await printed(polite, "up");
  const stopped = await Promise.all([runtime.stopContainer(polite.id, 20), runtime.stopContainer(deaf.id, 0.2)]);
  assert.deepEqual(
    stopped.map(({ exitCode }) => exitCode),
    [5, 137],
  );
  assert.equal(await logOf(polite), "up\nbye\n");
  assert.equal((await runtime.stopContainer(polite.id, 20)).exitCode, 5, "stopping again gives the same end");
});

test("signals are as a program expects them, and no descriptor is handed down", { skip }, async () => {
  await using world = await openWorld();
  const { output } = await runOnce(world, [
    "sh",
    "-c",
    "grep SigIgn /proc/self/status; readlink /proc/self/fd/* | grep -v -e pipe: -e /proc/ -e null",
  ]);
  assert.equal(output, "SigIgn:\t0000000000000000\n");
});

test("containers of a pod share network, hostname and shared memory, not processes", { skip }, async () => {
  await using world = await openWorld();
  const { runtime } = world;
  const sandbox = await world.sandbox();
  const server = await runtime.startContainer(
    containerPlan(sandbox, ["sh", "-c", "echo shared > /dev/shm/note; hostname; exec sleep 60"], { name: "server" }),
  );
  await printed(server, "web-0");
  const other = await runtime.startContainer(
    containerPlan(sandbox, ["sh", "-c", "cat /dev/shm/note; hostname; cat /proc/1/comm; ls /sys/class/net"], {
      name: "other",
    }),
  );
  await endOf(world, other);
  assert.equal(await logOf(other), "shared\nweb-0\ncat\neth0\nlo\n".replace("cat\n", "sh\n"));
});

test("the machine reaches a pod by its address, and the pod the machine", { skip }, async () => {
  await using world = await openWorld();
  const programs = await mkdtemp(join(tmpdir(), "ptl-programs-"));
  try {
    const echo = await prepareProgram(join(import.meta.dirname, "../../src/echo"), programs);
    const sandbox = await world.sandbox();
    const files = { mounts: echo.mounts };
    await world.runtime.startContainer(containerPlan(sandbox, [...echo.command, "--http", "80"], { files }));
    const answer = await eventually(
      "an answer",
      async () => await (await fetch(`http://${sandbox.addresses[0]}/`)).text(),
      { seconds: 20 },
    );
    assert.equal(answer, "You've hit web-0\n");
  } finally {
    await rm(programs, { recursive: true });
  }
});

test("an address can be used again at once", { skip }, async () => {
  await using world = await openWorld();
  const network = [nextAddress()];
  for (const id of ["first", "second", "third"]) {
    await world.sandbox({ id, network });
    const { stdout } = await run(["ip", "route", "get", network[0]?.text ?? ""]);
    const link = (await world.runtime.list()).find((sandbox) => sandbox.id === id)?.link;
    assert.ok(stdout.includes(` dev ${link} `), stdout);
    await world.runtime.removeSandbox(id);
  }
});

test("both address families, and a sysctl of the pod's own", { skip }, async () => {
  await using world = await openWorld();
  const four = nextAddress();
  const six = mustIp(`fd7a:${(process.pid & 0xffff).toString(16)}::1`);
  const sandbox = await world.sandbox({ network: [four, six], sysctls: { "net.ipv4.tcp_syncookies": "0" } });
  const look = [
    "sh",
    "-c",
    "ip -6 -o addr show scope global; ip -6 route show default; cat /proc/sys/net/ipv4/tcp_syncookies",
  ];
  const container = await world.runtime.startContainer(containerPlan(sandbox, look));
  await endOf(world, container);
  const output = await logOf(container);
  assert.match(output, new RegExp(`inet6 ${six.text}/128`));
  assert.match(output, /default via fe80::1 dev eth0/);
  assert.match(output, /^0$/m);
  await assert.rejects(world.sandbox({ sysctls: { "vm.swappiness": "1" } }), { code: "SysctlRefused" });
});

test("a command runs beside a container's program, with its input, outputs and code", { skip }, async () => {
  await using world = await openWorld();
  const env = { PATH: "/usr/bin:/bin", COLOUR: "blue" };
  const plan = containerPlan(await world.sandbox(), ["sleep", "60"], {
    process: { env, cwd: "/usr" },
    limits: { memoryBytes: 64 << 20 },
  });
  const { id } = await world.runtime.startContainer(plan);
  const script =
    'cat; pwd; echo $COLOUR; hostname; grep -q "/portolan" /proc/self/cgroup && echo limited; echo oops >&2; exit 7';
  const execution = await world.runtime.exec(id, ["sh", "-c", script]);
  execution.stdin.end("in\n");
  const [out, err, code] = await Promise.all([text(execution.stdout), text(execution.stderr), execution.exitCode]);
  assert.deepEqual([out, err, code], ["in\n/usr\nblue\nweb-0\nlimited\n", "oops\n", 7]);
  await assert.rejects(world.runtime.exec(id, ["nothing"]), {
    message: 'exec: "nothing": executable file not found in $PATH',
  });
  const endless = await world.runtime.exec(id, ["sleep", "600"]);
  await endless.kill();
  assert.equal(await endless.exitCode, 137);
});

test("a container that wants more memory than it may have is killed for it", { skip }, async () => {
  await using world = await openWorld();
  const eat = "tail /dev/zero";
  const end = await runOnce(world, ["sh", "-c", eat], { limits: { memoryBytes: 32 << 20, cpuMillis: 500, pids: 50 } });
  assert.deepEqual([end.exitCode, end.reason], [137, "OOMKilled"]);
});

test("users, groups and capabilities", { skip }, async () => {
  await using world = await openWorld();
  const look = [
    "sh",
    "-c",
    "id -u; id -g; id -G; grep CapBnd /proc/self/status | cut -f2; cat /proc/self/status | grep NoNewPrivs | cut -f2",
  ];
  const process = {
    user: { user: "nobody", supplementalGroups: [7777] },
    capabilities: { kind: "changed", add: ["NET_ADMIN"], drop: ["ALL"] },
    noNewPrivileges: true,
  } as const;
  const { output } = await runOnce(world, look, { process });
  assert.equal(output, "65534\n65534\n65534 7777\n0000000000001000\n1\n");
  const stranger = { user: { user: "not-a-user", supplementalGroups: [] } };
  await assert.rejects(runOnce(world, look, { process: stranger }), /unable to find user not-a-user/);
});

test("a pod on the host's network and with the host's processes", { skip }, async () => {
  await using world = await openWorld();
  const sandbox = await world.sandbox({ network: "host", hostPID: true, hostIPC: true });
  const script = `ls -d /proc/${process.pid}; sleep 600 & echo $! ; exec sleep 600`;
  const container = await world.runtime.startContainer(containerPlan(sandbox, ["sh", "-c", script]));
  const { state } = container;
  await printed(container, "\n");
  const pid = Number(
    await eventually("the second line", async () => (await logOf(container)).split("\n")[1], { seconds: 20 }),
  );
  assert.ok(state.kind === "running");
  assert.equal(await readlink(`/proc/${state.process.pid}/ns/net`), await readlink("/proc/self/ns/net"));
  await world.runtime.removeContainer(container.id);
  await eventually("what it left in the background is gone", async () => (await processNow(pid)) === undefined, {
    seconds: 10,
  });
});
