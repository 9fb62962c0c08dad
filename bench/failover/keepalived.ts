import type { ChildProcess } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Argv, CommandFailed, run, start } from "#os/spawn.ts";
import { findProgram } from "../../test/harness/programs.ts";

/** The peer: one address for several nodes by VRRP (RFC 5798). */
export interface Keepalived extends AsyncDisposable {
  readonly group: (nodes: readonly string[], how: GroupOptions) => Group;
}
export interface GroupOptions {
  readonly address: string;
  readonly namespaceOf: (node: string) => string;
}
/** Runs on every node at once. */
export interface Group extends AsyncDisposable {
  /** Both of its processes on that node. */
  readonly kill: (node: string) => Promise<void>;
  readonly revive: (node: string) => Promise<void>;
}

/** The machine's own, else Debian's unpacked into a folder of its own; undefined where neither can be had. */
export async function findKeepalived(): Promise<Keepalived | undefined> {
  const folder = await mkdtemp(join(tmpdir(), "portolan-bench-keepalived-"));
  const own = findProgram("keepalived", "keepalived");
  const command = own === undefined ? await unpack(folder) : [own];
  if (command === undefined) {
    await rm(folder, { recursive: true });
    return undefined;
  }
  return {
    group: (nodes, how) => group(nodes, { ...how, command, folder }),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

async function unpack(folder: string): Promise<readonly string[] | undefined> {
  try {
    await mkdir(`${folder}/root`);
    const packages = ["keepalived", "libnl-3-200", "libnl-genl-3-200", "libsnmp40", "libpci3", "libwrap0"];
    await run(["env", "-C", folder, "apt-get", "download", "-q", ...packages]);
    await run(["sh", "-c", 'for deb in "$0"/*.deb; do dpkg -x "$deb" "$0/root"; done', folder]);
  } catch (fault) {
    if (fault instanceof CommandFailed) return undefined;
    throw fault;
  }
  const machine = `${process.arch === "arm64" ? "aarch64" : "x86_64"}-linux-gnu`;
  const libraries = ["usr/lib", "lib"].map((one) => `${folder}/root/${one}/${machine}`).join(":");
  return ["env", `LD_LIBRARY_PATH=${libraries}`, `${folder}/root/usr/sbin/keepalived`];
}

interface Parts extends GroupOptions {
  readonly command: readonly string[];
  readonly folder: string;
}

function group(nodes: readonly string[], { address, namespaceOf, command, folder }: Parts): Group {
  const parents: ChildProcess[] = [];
  const fileOf = (node: string, what: string): string => join(folder, `${node}.${what}`);
  const revive = async (node: string): Promise<void> => {
    // A killed one leaves the address where it is; nobody but an operator takes it away.
    await run([
      "nsenter",
      `--net=${namespaceOf(node)}`,
      "sh",
      "-c",
      `ip address delete ${address}/24 dev eth0.7 || true`,
    ]);
    await writeFile(fileOf(node, "conf"), configuration(address));
    const files = ["pid", "vrrp-pid", "checkers-pid"].map((what) => fileOf(node, what));
    const [pid = "", vrrp = "", checkers = ""] = files;
    const flags = ["-n", "-P", "-f", fileOf(node, "conf"), "-p", pid, "-r", vrrp, "-c", checkers];
    const argv: Argv = ["nsenter", `--net=${namespaceOf(node)}`, ...command, ...flags];
    parents.push(start(argv, { stdio: ["ignore", "ignore", "ignore"] }));
  };
  // The parent would start its child again, or the child hear of its parent's end: one is held while the other is killed.
  const script = 'kill -STOP $(cat "$0"); kill -KILL $(cat "$1"); kill -KILL $(cat "$0"); true';
  const kill = async (node: string): Promise<void> => {
    await run(["sh", "-c", script, fileOf(node, "pid"), fileOf(node, "vrrp-pid")]);
  };
  const begun = Promise.all(nodes.map(revive));
  return {
    kill,
    revive,
    async [Symbol.asyncDispose]() {
      await begun;
      // Its child ends with it.
      for (const parent of parents) parent.kill("SIGKILL");
    },
  };
}

/** One second between advertisements, as its own documentation has it: the others wait for three of them. */
const configuration = (address: string): string => `global_defs {
  vrrp_version 3
}
vrrp_instance one {
  state BACKUP
  interface eth0.7
  virtual_router_id 51
  priority 100
  nopreempt
  advert_int 1
  virtual_ipaddress {
    ${address}/24
  }
}
`;
