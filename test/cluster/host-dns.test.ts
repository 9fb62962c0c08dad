import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { makeMachine, type Outcome, portolan } from "../harness/machine.ts";
import { asRoot } from "./as-root.ts";
import { applied } from "./looks.ts";
import { exposed } from "./manifests.ts";

const ingress = `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web }
spec:
  rules:
    - host: web.example.com
      http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: web, port: { number: 80 } } } }] }
`;

test(
  "up --host-dns: this machine knows the hosts of Ingresses, until down takes them away after a kill -9",
  asRoot,
  async () => {
    await using machine = await makeMachine();
    const hosts = `${machine.dataDir}/hosts`;
    const own = "127.0.0.1 localhost\n";
    writeFileSync(hosts, own);
    // The machine's own file is left alone: who runs in here has another.
    const holder = machine.start(
      "unshare",
      "--mount",
      "sh",
      "-c",
      `mount --bind ${hosts} /etc/hosts && exec sleep 600`,
    );
    await using _ = { [Symbol.asyncDispose]: async () => void holder.kill("SIGKILL") };
    const inside = (...argv: readonly string[]): Promise<Outcome> =>
      machine.run("nsenter", `--mount=/proc/${holder.pid}/ns/mnt`, ...argv);
    const ours = (command: string, ...flags: readonly string[]): Promise<Outcome> =>
      inside(portolan, command, "--data-dir", machine.dataDir, ...flags);
    await eventually("the file is there", async () => (await inside("cat", "/etc/hosts")).stdout === own, {
      seconds: 5,
    });
    const manifests = applied(machine, [exposed("web", 30080, 1), ingress].join("---"));
    const up = await ours("up", "-d", "--host-dns", ...manifests);
    assert.equal(up.code, 0, up.stderr);
    await eventually(
      "its name leads to it",
      async () =>
        (await inside("curl", "-sS", "-m", "2", "http://web.example.com/")).stdout.startsWith("You've hit web-"),
      { seconds: 20 },
    );
    const { processes }: { processes: { pid: number }[] } = JSON.parse((await ours("status", "-o", "json")).stdout);
    process.kill(processes[0]?.pid ?? 0, "SIGKILL");
    assert.match(readFileSync(hosts, "utf8"), /^[\d.]+ web\.example\.com$/m);
    const down = await ours("down");
    assert.equal(down.code, 0, down.stderr);
    assert.equal(readFileSync(hosts, "utf8"), own);
  },
);
