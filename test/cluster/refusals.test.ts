import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { run } from "#os/spawn.ts";
import { type Machine, makeMachine, type Outcome, portolan } from "../harness/machine.ts";
import { asRoot } from "./as-root.ts";
import { unchanged } from "./unchanged.ts";
import { processesOf } from "./violence.ts";

interface Refusal {
  readonly name: string;
  readonly code: 1 | 2;
  /** What it says: the trouble, then the way out. */
  readonly says: RegExp;
  readonly flags?: readonly string[];
  /** Makes the trouble. */
  readonly given?: (machine: Machine, dataDir: string) => Promise<void>;
  /** What stands before the command: `setpriv …`. */
  readonly by?: readonly string[];
}

const refusals: readonly Refusal[] = [
  {
    name: "no right to change the network",
    code: 1,
    says: /CAP_NET_ADMIN is missing[\s\S]*fix: .*NET_ADMIN/,
    by: ["setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin", "--"],
  },
  {
    name: "another user than root",
    code: 1,
    says: /needs root[\s\S]*fix: .*sudo/,
    by: ["setpriv", "--reuid=65534", "--clear-groups", "--"],
  },
  {
    name: "a port that is taken",
    code: 1,
    says: /port 7601 of 127\.0\.0\.1 is taken[\s\S]*fix: .*--api-port/,
    flags: ["--api-port", "7601"],
    given: async (machine) => {
      machine.start(
        process.execPath,
        "-e",
        `process.title = "${machine.dataDir}"; require("net").createServer().listen(7601, "127.0.0.1")`,
      );
      while (!(await machine.run("ss", "-ltn")).stdout.includes(":7601"));
    },
  },
  {
    name: "an address that the machine hasn't",
    code: 1,
    says: /has no address 192\.0\.2\.77[\s\S]*fix: .*0\.0\.0\.0/,
    flags: ["--bind-address", "192.0.2.77"],
  },
  {
    name: "blocks that overlap each other",
    code: 1,
    says: /10\.96\.0\.0\/16\) and of services \(10\.96\.0\.0\/12\) overlap/,
    flags: ["--cluster-cidr", "10.96.0.0/16"],
  },
  {
    name: "a pool of load balancers among the addresses of pods",
    code: 1,
    says: /load balancers \(10\.244\.9\.0\/24\) and of pods \(10\.244\.0\.0\/16\) overlap/,
    flags: ["--load-balancer-pool", "10.244.9.0/24"],
  },
  {
    name: "a block that the machine has a route to",
    code: 1,
    says: /10\.244\.0\.0\/16 is not free: this machine has a route to 10\.244\.7\.0\/24 \(eth0\)[\s\S]*fix: .*--cluster-cidr/,
    given: async (machine) => void (await machine.run("ip", "route", "add", "10.244.7.0/24", "dev", "eth0")),
  },
  {
    name: "a block that the machine has an address in",
    code: 1,
    says: /10\.96\.0\.0\/12 is not free: this machine has the address 10\.96\.3\.3 \(lo\)[\s\S]*fix: .*--service-cluster-ip-range/,
    given: async (machine) => void (await machine.run("ip", "address", "add", "10.96.3.3/32", "dev", "lo")),
  },
  {
    name: "an image catalogue that isn't there",
    code: 1,
    says: /can't be read: ENOENT/,
    flags: ["--images", "/no/such.yaml"],
  },
  {
    name: "an image catalogue that says nothing",
    code: 1,
    says: /catalogue of images: images\[web\]: must be an object/,
    flags: ["--images", "DATA/images.yaml"],
    given: async (_, dataDir) => writeFileSync(`${dataDir}/images.yaml`, "images: { web: 7 }"),
  },
  {
    name: "settings that are no YAML",
    code: 1,
    says: /config\.yaml is not YAML[\s\S]*fix: /,
    given: async (_, dataDir) => writeFileSync(`${dataDir}/config.yaml`, "api-port: [1"),
  },
  {
    name: "a setting that nobody knows",
    code: 1,
    says: /has no setting "apiport"/,
    given: async (_, dataDir) => writeFileSync(`${dataDir}/config.yaml`, "apiport: 1"),
  },
  {
    name: "a setting with a value that it can't have",
    code: 2,
    says: /config\.yaml: api-port: "none" is not a port from 1 to 65535/,
    given: async (_, dataDir) => writeFileSync(`${dataDir}/config.yaml`, "api-port: none"),
  },
  {
    name: "a folder that can't be written",
    code: 1,
    says: /the data folder can't be made or written: .*read-only/,
    given: async (_, dataDir) => void (await run(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", dataDir])),
  },
  {
    name: "a full disk",
    code: 1,
    says: /the disk is full: \d MiB left, at least 64 are needed[\s\S]*fix: .*--data-dir/,
    given: async (_, dataDir) => void (await run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", dataDir])),
  },
  {
    name: "the store of a later version",
    code: 1,
    says: /has format 99; this program knows formats up to \d+[\s\S]*fix: /,
    given: async (_, dataDir) => {
      const database = new DatabaseSync(`${dataDir}/store.db`);
      database.exec(`PRAGMA application_id = ${0x50746c6e}; PRAGMA user_version = 99`);
      database.close();
    },
  },
  {
    name: "a store that is none",
    code: 1,
    says: /store\.db can't be read[\s\S]*fix: /,
    given: async (_, dataDir) => writeFileSync(`${dataDir}/store.db`, "not a database, ".repeat(500)),
  },
  {
    name: "a program that is missing",
    code: 1,
    says: /not installed: nft[\s\S]*fix: .*apt-get install nftables/,
    by: [
      "unshare",
      "--mount",
      "sh",
      "-c",
      'for nft in $(which -a nft); do mount --bind /dev/null "$nft"; done; exec "$0" "$@"',
    ],
  },
  {
    name: "a manifest that isn't there",
    code: 1,
    says: /\/no\/such\.yaml can't be read/,
    flags: ["-f", "/no/such.yaml"],
  },
  { name: "a flag that nobody knows", code: 2, says: /Unknown option '--bogus'/, flags: ["--bogus"] },
  {
    name: "a value that a flag can't have",
    code: 2,
    says: /--cluster-cidr: "10\.0\.0\.0" is not a block of \/24 or more/,
    flags: ["--cluster-cidr", "10.0.0.0"],
  },
];

for (const { name, code, says, flags = [], given, by = [] } of refusals) {
  test(`up refuses ${name}, in a sentence, and leaves nothing behind`, asRoot, async () => {
    await using machine = await makeMachine();
    const dataDir = `${machine.dataDir}/of-refusal`;
    if (given !== undefined) mkdirSync(dataDir);
    const own = flags.map((flag) => flag.replace("DATA", dataDir));
    try {
      await given?.(machine, dataDir);
      const files = given === undefined ? [] : readdirSync(dataDir);
      const before = await machine.state();
      for (const mode of [[], ["-d"]]) {
        const outcome = await machine.run(...by, portolan, "up", ...mode, "--data-dir", dataDir, ...own);
        assertRefused(outcome, code, says);
        assert.deepEqual(unchanged(machine, before, await machine.state()), []);
        assert.deepEqual(
          given === undefined ? existsSync(dataDir) : readdirSync(dataDir),
          given !== undefined && files,
        );
      }
    } finally {
      for (const pid of await processesOf(machine)) process.kill(pid, "SIGKILL");
      if (given !== undefined) await machine.run("umount", "--quiet", dataDir);
      await rm(dataDir, { recursive: true, force: true });
    }
  });
}

function assertRefused({ code, stdout, stderr }: Outcome, wanted: number, says: RegExp): void {
  assert.match(stderr, says);
  assert.equal(code, wanted);
  assert.equal(stdout, "");
  assert.doesNotMatch(stderr, /\n +at /, "no stack");
  assert.match(stderr, /^portolan: [^\n]+\n( {2}where: [^\n]+\n)?( {2}fix: {3}[^\n]+\n)?$/);
}

test("a cluster that was frozen is named, and down ends it", asRoot, async () => {
  await using machine = await makeMachine();
  const before = await machine.state();
  await machine.portolan("up", "-d");
  const [pid = 0] = await processesOf(machine, "/src/cli/main.ts");
  process.kill(pid, "SIGSTOP");
  const outcome = await machine.run(portolan, "up", "--data-dir", machine.dataDir);
  assertRefused(
    outcome,
    1,
    new RegExp(`earlier run of this cluster is still there \\(process ${pid}\\)[^]*fix: .*portolan down`),
  );
  assert.equal(
    JSON.parse((await machine.run(portolan, "status", "-o", "json", "--data-dir", machine.dataDir)).stdout).ready,
    false,
  );
  await machine.portolan("down");
  assert.deepEqual(unchanged(machine, before, await machine.state()), []);
});

test("a cluster keeps the blocks that it was made with", asRoot, async () => {
  await using machine = await makeMachine();
  await machine.portolan("up", "-d");
  await machine.portolan("down");
  const before = await machine.state();
  for (const [flag, block] of [
    ["--cluster-cidr", "10.60.0.0/16"],
    ["--service-cluster-ip-range", "10.61.0.0/16"],
  ] as const) {
    const outcome = await machine.run(portolan, "up", "-d", "--data-dir", machine.dataDir, flag, block);
    assertRefused(outcome, 1, /was made with other addresses[\s\S]*fix: /);
    assert.deepEqual(unchanged(machine, before, await machine.state()), []);
  }
  assert.match(await machine.portolan("up", "-d"), /is ready/);
});
