import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { CannotRun } from "#os/process-runtime/plan.ts";
import { run } from "#os/spawn.ts";
import { folderBeside } from "./folder-beside.ts";
import { containerPlan, endOf, logOf, openWorld, runOnce, textOf, whyNot } from "./world.ts";

const skip = whyNot ?? false;

test("a container sees this machine's programs, and what it writes is its own and ends with it", { skip }, async () => {
  await using world = await openWorld();
  const name = `portolan-test-${process.pid}`;
  const places = ["/usr/share", "/etc", "/var/lib", "/var/log", "/tmp", "/run", "/root", "/home", "/opt"];
  const script = places
    .map((place) => `test ! -e ${place}/${name} && echo mine > ${place}/${name} && cat ${place}/${name}`)
    .join("; ");
  for (const attempt of [0, 1]) {
    const { output } = await runOnce(world, ["sh", "-c", script], { attempt });
    assert.equal(output, "mine\n".repeat(places.length));
  }
  for (const place of places) assert.ok(!existsSync(`${place}/${name}`), `${place} of this machine is untouched`);
});

test("secrets of this machine are not there", { skip }, async () => {
  await using secret = await folderBeside("/root/ptl-secret-");
  await using open = await folderBeside("/opt/ptl-open-");
  await using world = await openWorld(join(open.path, "keys"));
  await writeFile(join(world.dir, "ca.key"), "key");
  const script = `ls -A /root /home /tmp /run /var/tmp ${open.path}; ls /etc/shadow /etc/ssh ${secret.path} ${world.dir} 2>/dev/null`;
  const { output } = await runOnce(world, ["sh", "-c", script]);
  assert.equal(
    output,
    `${["/home", "/root", "/run", "/tmp", "/var/tmp", open.path]
      .toSorted()
      .map((place) => `${place}:\n`)
      .join("\n")}`,
  );
});

test("what is mounted below a folder that containers must not see is hidden with it", { skip }, async () => {
  await using open = await folderBeside("/opt/ptl-open-");
  await using world = await openWorld(join(open.path, "own"));
  const memory = join(world.dir, "memory");
  await mkdir(memory);
  await run(["mount", "-t", "tmpfs", "tmpfs", memory]);
  await writeFile(join(memory, "token"), "secret");
  const { output } = await runOnce(world, ["sh", "-c", `ls -A ${open.path}; cat ${memory}/token 2>/dev/null`]);
  assert.equal(output, "");
});

test("texts of /etc are the pod's own, also where this machine has symlinks", { skip }, async () => {
  await using world = await openWorld();
  const etc = { hosts: "1.2.3.4\tother\n", "resolv.conf": "search a.b\n", hostname: "me\n" };
  const { output } = await runOnce(world, ["cat", "/etc/hosts", "/etc/resolv.conf", "/etc/hostname"], {
    files: { etc },
  });
  assert.equal(output, Object.values(etc).join(""));
});

test("the kernel's folders: processes of its own, settings and devices that it can't change", { skip }, async () => {
  await using world = await openWorld();
  const lines = [
    "cat /proc/1/comm",
    "echo 1 > /proc/sys/kernel/sysrq",
    "echo x > /sys/kernel/mm/ksm/run",
    "mount -t tmpfs none /opt",
    "mknod /tmp/disk b 8 0",
    "echo text > /dev/null && head -c 4 /dev/zero | wc -c",
    "ls /dev/pts; ls -A /sys/fs/cgroup | wc -l",
  ];
  const { output } = await runOnce(world, [
    "sh",
    "-c",
    lines.map((line) => `(${line}) 2>/dev/null || echo refused`).join("; "),
  ]);
  assert.equal(output, "sh\nrefused\nrefused\nrefused\nrefused\n4\nptmx\n0\n");
});

test("volumes: folders and files, read-only ones, one inside another, one below a symlink", { skip }, async () => {
  await using volumes = await folderBeside(join(tmpdir(), "ptl-volumes-"));
  await using world = await openWorld();
  const at = (name: string): string => join(volumes.path, name);
  await Promise.all(["data", "token", "inner"].map((name) => mkdir(at(name))));
  await Promise.all([
    writeFile(at("file"), "file\n"),
    writeFile(at("token/namespace"), "default\n"),
    writeFile(at("inner/x"), "inner\n"),
  ]);
  const mounts = [
    { from: at("inner"), at: "/data/deep/er", readOnly: true },
    { from: at("data"), at: "/data", readOnly: false },
    { from: at("file"), at: "/etc/app/config.yaml", readOnly: true },
    { from: at("token"), at: "/var/run/secrets/here", readOnly: true },
    { from: at("file"), at: "/tmp/a b/c", readOnly: true },
  ];
  const script = [
    "cat /etc/app/config.yaml /var/run/secrets/here/namespace /data/deep/er/x '/tmp/a b/c'",
    "echo written > /data/out",
    ...["/etc/app/config.yaml", "/var/run/secrets/here/y", "/data/deep/er/y"].map(
      (file) => `(echo no > ${file}) 2>/dev/null || echo read-only`,
    ),
  ].join("; ");
  const { output } = await runOnce(world, ["sh", "-c", script], { files: { mounts } });
  assert.equal(output, "file\ndefault\ninner\nfile\nread-only\nread-only\nread-only\n");
  assert.equal(await textOf(at("data/out")), "written\n");
  assert.ok(!existsSync("/run/secrets/here") && !existsSync("/etc/app"), "mount points are made in the container only");
  const lost = { files: { mounts: [{ from: at("lost"), at: "/x", readOnly: true }] } };
  await assert.rejects(
    runOnce(world, ["true"], lost),
    (fault) => fault instanceof CannotRun && /is not there/.test(fault.message),
  );
});

test("a symlink that a container left in a volume leads nowhere on this machine", { skip }, async () => {
  await using volume = await folderBeside(join(tmpdir(), "ptl-volume-"));
  await using target = await folderBeside("/opt/ptl-target-");
  await using world = await openWorld();
  await symlink(target.path, join(volume.path, "link"));
  const mounts = [
    { from: volume.path, at: "/data", readOnly: false },
    { from: volume.path, at: "/data/link/made", readOnly: false },
  ];
  await runOnce(world, ["true"], { files: { mounts } });
  assert.deepEqual(await readdir(target.path), []);
});

test("a read-only root, with a volume and last words that can be written", { skip }, async () => {
  await using volume = await folderBeside(join(tmpdir(), "ptl-volume-"));
  await using world = await openWorld();
  const files = {
    readOnlyRoot: true,
    mounts: [{ from: volume.path, at: "/data", readOnly: false }],
    terminationMessagePath: "/last/words",
  };
  const script = "(echo x > /usr/x) 2>/dev/null || echo refused; echo x > /data/x; echo goodbye > /last/words";
  const container = await world.runtime.startContainer(
    containerPlan(await world.sandbox(), ["sh", "-c", script], { files }),
  );
  await endOf(world, container);
  assert.equal(await logOf(container), "refused\n");
  assert.equal(await textOf(container.terminationPath), "goodbye\n");
});

test("the working directory is made where it is not there", { skip }, async () => {
  await using world = await openWorld();
  assert.equal((await runOnce(world, ["pwd"], { process: { cwd: "/srv/app one/x" } })).output, "/srv/app one/x\n");
});

test("a privileged container may change this machine", { skip }, async () => {
  await using world = await openWorld();
  const script =
    "mount -t tmpfs none /opt && echo mounted; test -w /proc/sys/vm/swappiness && echo writable; ls -d /dev/mem /dev/kmsg 2>/dev/null | head -1; grep CapBnd /proc/self/status | grep -c 0000000000000000";
  const { output } = await runOnce(world, ["sh", "-c", script], {
    files: { privileged: true },
    process: { capabilities: { kind: "all" } },
  });
  assert.match(output, /^mounted\nwritable\n\/dev\/\w+\n0\n$/);
});

test("a folder that can't hold containers is refused in one sentence", { skip }, async () => {
  await assert.rejects(openWorld("/tmp/with space"), { code: "FolderUnfit" });
  await using folder = await folderBeside(join(tmpdir(), "ptl-overlay-"));
  const at = (name: string): string => join(folder.path, name);
  for (const name of ["lower", "upper", "work", "merged"]) await mkdir(at(name));
  const options = `lowerdir=${at("lower")},upperdir=${at("upper")},workdir=${at("work")}`;
  await run(["mount", "-t", "overlay", "-o", options, "overlay", at("merged")]);
  try {
    await assert.rejects(openWorld(at("merged/data")), { code: "FolderUnfit" });
  } finally {
    await run(["umount", at("merged")]);
  }
});
