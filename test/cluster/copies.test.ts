import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { CommandFailed } from "#os/spawn.ts";
import { startCluster, type TestCluster } from "../harness/cluster.ts";
import { kubectlsByWire } from "../harness/kubectls.ts";
import { asRoot } from "./as-root.ts";
import { type TarEntry, tarArchive } from "./tar-archive.ts";

/** These copy much, one over SPDY and one over WebSockets. */
const carriers: readonly string[] = ["1.30", "1.33"];
/** `npm run soak -- copies` asks for 100 MB. */
const manyBytes = Number(process.env.PORTOLAN_COPY_BYTES ?? 20_000_000);

const kubectls = await kubectlsByWire();
const sumOf = (file: string): string => createHash("sha256").update(readFileSync(file)).digest("hex");

describe("kubectl cp", asRoot, () => {
  const scratch = mkdtempSync(join(tmpdir(), "ptl-copies-"));
  /** Seen by the pod `evil` as /evil, and its `tar` with it. */
  const evil = join(scratch, "evil");
  let cluster: TestCluster;
  before(async () => {
    for (const folder of [evil, scratch]) {
      mkdirSync(folder, { recursive: true });
      chmodSync(folder, 0o755);
    }
    writeFileSync(join(evil, "tar"), "#!/bin/sh\nexec cat /evil/archive\n", { mode: 0o755 });
    cluster = await startCluster();
    await cluster.kubectl(["apply", "-f", "-"], { input: pods(evil) });
    await cluster.kubectl(["wait", "--for=condition=Ready", "pod/good", "pod/evil", "--timeout=30s"]);
  });
  after(async () => {
    await cluster?.[Symbol.asyncDispose]();
    rmSync(scratch, { recursive: true, force: true });
  });
  const inPod = async (script: string): Promise<string> =>
    (await cluster.kubectl(["exec", "good", "--", "sh", "-c", script])).stdout;

  for (const kubectl of kubectls) {
    const { version } = kubectl;
    const copy = (from: string, to: string) => cluster.kubectl(["cp", from, to], { by: kubectl });

    test(`kubectl ${version}: a folder there and back, with spaces, empty files and folders, and a symlink`, async () => {
      const [source, back] = [join(scratch, `to ${version}`), join(scratch, `from ${version}`)];
      mkdirSync(join(source, "a folder/empty"), { recursive: true });
      writeFileSync(join(source, "a folder/a file"), "hello\n");
      writeFileSync(join(source, "nothing"), "");
      writeFileSync(join(source, "bytes"), randomBytes(300_000));
      symlinkSync("bytes", join(source, "link"));
      await copy(source, `good:/tmp/there ${version}`);
      assert.equal(
        await inPod(`cd '/tmp/there ${version}' && cat 'a folder/a file' && readlink link`),
        "hello\nbytes\n",
      );
      assert.equal(
        (await inPod(`sha256sum < '/tmp/there ${version}/bytes'`)).split(" ")[0],
        sumOf(join(source, "bytes")),
      );
      await copy(`good:/tmp/there ${version}`, back);
      assert.equal(readFileSync(join(back, "a folder/a file"), "utf8"), "hello\n");
      assert.equal(sumOf(join(back, "bytes")), sumOf(join(source, "bytes")));
      assert.ok(existsSync(join(back, "nothing")));
    });

    if (carriers.includes(version))
      test(`kubectl ${version}: ${manyBytes} bytes there and back`, async () => {
        const [source, back] = [join(scratch, `large-${version}`), join(scratch, `large-back-${version}`)];
        writeFileSync(source, randomBytes(manyBytes));
        await copy(source, `good:/tmp/large-${version}`);
        await copy(`good:/tmp/large-${version}`, back);
        assert.equal(sumOf(back), sumOf(source));
        await inPod(`rm /tmp/large-${version}`);
        for (const file of [source, back]) rmSync(file);
      });

    test(`78: kubectl ${version}: nothing of a hostile pod's archive lands outside the target`, async () => {
      const outside = join(scratch, `outside-${version}`);
      const target = join(outside, "inner/target");
      mkdirSync(join(outside, "inner"), { recursive: true });
      writeFileSync(join(outside, "kept"), "as it was");
      writeFileSync(join(evil, "archive"), tarArchive([{ name: "x", kind: "file", content: "harmless" }]));
      await copy("evil:/x", `${target}-harmless`);
      assert.equal(readFileSync(`${target}-harmless`, "utf8"), "harmless");
      for (const [i, entries] of hostile(outside).entries()) {
        writeFileSync(join(evil, "archive"), tarArchive(entries));
        // It may refuse the archive, or leave out what is wrong in it.
        await copy("evil:/x", `${target}-${i}`).then(undefined, (fault) => assert.ok(fault instanceof CommandFailed));
      }
      assert.deepEqual(readdirSync(outside).toSorted(), ["inner", "kept"]);
      assert.equal(readFileSync(join(outside, "kept"), "utf8"), "as it was");
      assert.deepEqual(
        readdirSync(join(outside, "inner")).filter((name) => !name.startsWith("target-")),
        [],
      );
    });
  }

  test("78: nothing of a hostile archive that is sent into a pod leaves its own root", async () => {
    const name = `ptl-evil-${process.pid}`;
    const host = ["/etc", "/usr/bin", "/tmp", "/"].map((folder) => join(folder, name));
    const entries: readonly TarEntry[] = [
      { name: `../../../../../../etc/${name}`, kind: "file", content: "out" },
      { name: `/usr/bin/${name}`, kind: "file", content: "out" },
      { name: `/${name}`, kind: "file", content: "out" },
      { name: "tmp/up", kind: "symlink", to: "../../../../../../../../tmp" },
      { name: `tmp/up/${name}`, kind: "file", content: "out" },
      { name: "tmp/hard", kind: "hardLink", to: "/etc/hostname" },
      { name: "tmp/disk", kind: "device" },
    ];
    const archive = join(evil, "inward");
    writeFileSync(archive, tarArchive(entries));
    const { stdout } = await cluster.kubectl([
      "exec",
      "evil",
      "--",
      "sh",
      "-c",
      `cd /; /usr/bin/tar -xPf /evil/inward 2>&1; for at in ${host.join(" ")}; do test -e $at && echo in $at; done; test -e /tmp/disk || echo no device`,
    ]);
    for (const at of host) assert.match(stdout, new RegExp(`^in ${at}$`, "m"), stdout);
    assert.match(stdout, /no device/);
    assert.deepEqual(
      host.filter((at) => existsSync(at)),
      [],
    );
    assert.ok(!existsSync("/tmp/disk"));
  });
});

/** Each is an archive of its own, since a client may stop at the first entry that it doesn't like. `x` is what was asked for. */
const hostile = (outside: string): readonly (readonly TarEntry[])[] => [
  [{ name: "x/../../../escaped", kind: "file", content: "out" }],
  [{ name: "../../escaped", kind: "file", content: "out" }],
  [{ name: `${outside}/escaped`, kind: "file", content: "out" }],
  [
    { name: "x", kind: "folder" },
    { name: "x/up", kind: "symlink", to: "../.." },
    { name: "x/up/escaped", kind: "file", content: "out" },
  ],
  [
    { name: "x", kind: "symlink", to: outside },
    { name: "x/escaped", kind: "file", content: "out" },
  ],
  [
    { name: "x/hard", kind: "hardLink", to: `${outside}/kept` },
    { name: "x/hard", kind: "file", content: "changed" },
  ],
  [
    { name: "x/soft", kind: "symlink", to: `${outside}/kept` },
    { name: "x/soft", kind: "file", content: "changed" },
  ],
  [{ name: "x/../../../device", kind: "device" }],
];

const pods = (evil: string): string => `
apiVersion: v1
kind: Pod
metadata: { name: good }
spec: { terminationGracePeriodSeconds: 1, containers: [{ name: main, image: busybox, command: [sleep, "1000"] }] }
---
apiVersion: v1
kind: Pod
metadata: { name: evil }
spec:
  terminationGracePeriodSeconds: 1
  volumes: [{ name: evil, hostPath: { path: ${evil} } }]
  containers:
    - name: main
      image: busybox
      command: [sleep, "1000"]
      env: [{ name: PATH, value: "/evil:/usr/bin:/bin" }]
      volumeMounts: [{ name: evil, mountPath: /evil, readOnly: true }]
`;
