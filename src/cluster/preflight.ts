import { accessSync, constants, readFileSync, statfsSync } from "node:fs";
import net from "node:net";
import { type Cidr, contains, holds, mustCidr, overlaps } from "#net/cidr.ts";
import type { Ip } from "#net/ip.ts";
import { hasCode } from "#os/files.ts";
import { commandEnv } from "#os/spawn.ts";
import type { ControlPlan } from "./cluster-plan.ts";
import { ClusterFault } from "./faults.ts";
import type { Ledger } from "./ledger.ts";
import { type Network, routeThrough } from "./machine.ts";
import { namesOf } from "./node-network.ts";
import type { Settings } from "./settings.ts";

/** Programs without which no cluster runs, and the Debian package of each. */
const programs: Readonly<Record<string, string>> = {
  nft: "nftables",
  ip: "iproute2",
  conntrack: "conntrack",
  conmon: "conmon",
  mount: "mount",
  unshare: "util-linux",
  nsenter: "util-linux",
  setpriv: "util-linux",
};
const enoughDiskBytes = 64 * 1024 * 1024;

/** What must hold before the machine is looked at any closer. Throws the first `ClusterFault`. */
export function checkMachine(settings: Settings): void {
  checkRoot();
  checkPrograms();
  checkDisk(settings["data-dir"]);
}

/** Whether this process may do what `up` and `down` do. Throws `ClusterFault`. */
export function checkRoot(): void {
  if (process.getuid?.() !== 0) {
    throw new ClusterFault("NotRoot", {
      what: "a cluster needs root: it makes network namespaces and rules",
      where: `user ${process.getuid?.() ?? "?"}`,
      fix: "run the same command with sudo",
    });
  }
  for (const [name, bit] of [["CAP_NET_ADMIN", 12n] as const, ["CAP_SYS_ADMIN", 21n] as const]) {
    if ((effectiveCapabilities() >> bit) % 2n === 1n) continue;
    throw new ClusterFault(name === "CAP_NET_ADMIN" ? "NoNetAdmin" : "NoSysAdmin", {
      what: `this process may not change the ${name === "CAP_NET_ADMIN" ? "network" : "mounts and namespaces"}: ${name} is missing`,
      where: "/proc/self/status, CapEff",
      fix: "start the container or shell with NET_ADMIN and SYS_ADMIN (docker: --privileged)",
    });
  }
}

function effectiveCapabilities(): bigint {
  const found = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "utf8"));
  return BigInt(`0x${found?.[1] ?? "0"}`);
}

function checkPrograms(): void {
  const folders = (commandEnv().PATH ?? "").split(":").filter((one) => one !== "");
  const missing = Object.keys(programs).filter((name) => !folders.some((folder) => isProgram(`${folder}/${name}`)));
  if (missing.length === 0) return;
  throw new ClusterFault("ProgramMissing", {
    what: `not installed: ${missing.join(", ")}`,
    where: "PATH",
    fix: `apt-get install ${[...new Set(missing.map((program) => programs[program]))].join(" ")}, or bin/setup`,
  });
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // whatever the reason, it can't be run from there
  }
}

function checkDisk(dataDir: string): void {
  const { bavail, bsize } = statfsSync(existingFolder(dataDir));
  if (bavail * bsize >= enoughDiskBytes) return;
  throw new ClusterFault("DiskFull", {
    what: `the disk is full: ${Math.floor((bavail * bsize) / 1024 / 1024)} MiB left, at least 64 are needed`,
    where: dataDir,
    fix: "free some space, or choose another disk with --data-dir",
  });
}

function existingFolder(path: string): string {
  try {
    accessSync(path);
    return path;
  } catch {
    return existingFolder(path.slice(0, path.lastIndexOf("/")) || "/"); // not there yet: its parent is on the same disk
  }
}

/**
 * Whether the blocks are free; what an earlier run of this cluster has left in them is its own. Throws `FamiliesDiffer`,
 * `RangesOverlap`, `RangeOnMachine`.
 */
export function checkRanges(settings: Settings, networks: readonly Network[], ledger: Ledger): void {
  const [pods, services] = [settings["cluster-cidr"], settings["service-cluster-ip-range"]];
  checkFamilies(pods, services);
  checkApart({ of: "pods", flag: "--cluster-cidr", blocks: pods }, [
    { of: "services", flag: "--service-cluster-ip-range", blocks: services },
  ]);
  checkApart({ of: "load balancers", flag: "--load-balancer-pool", blocks: settings["load-balancer-pool"] }, [
    { of: "pods", flag: "--cluster-cidr", blocks: pods },
    { of: "services", flag: "--service-cluster-ip-range", blocks: services },
  ]);
  const left = leftIn(ledger);
  const ownLink = namesOf(settings["data-dir"]).link;
  const foreign: Network = {
    routes: networks.flatMap(({ routes }) => routes.filter(({ to }) => !left.some((block) => holds(block, to)))),
    addresses: networks.flatMap(({ addresses }) => addresses.filter(({ link }) => link !== ownLink)),
  };
  for (const block of pods) checkFree("--cluster-cidr", block, foreign);
  for (const block of services) checkFree("--service-cluster-ip-range", block, foreign);
}

interface Range {
  readonly of: string;
  readonly flag: string;
  readonly blocks: readonly Cidr[];
}

function checkApart(range: Range, others: readonly Range[]): void {
  for (const other of others) {
    for (const one of range.blocks) {
      const common = other.blocks.find((block) => overlaps(one, block));
      if (common === undefined) continue;
      throw new ClusterFault("RangesOverlap", {
        what: `the addresses of ${range.of} (${one.text}) and of ${other.of} (${common.text}) overlap`,
        where: `${range.flag}, ${other.flag}`,
        fix: "choose blocks that have no address in common",
      });
    }
  }
}

function checkFamilies(pods: readonly Cidr[], services: readonly Cidr[]): void {
  const familiesOf = (blocks: readonly Cidr[]): string =>
    blocks
      .map(({ family }) => family)
      .toSorted()
      .join(" and ");
  if (familiesOf(pods) === familiesOf(services)) return;
  throw new ClusterFault("FamiliesDiffer", {
    what: `pods have ${familiesOf(pods)} addresses, and services ${familiesOf(services)}`,
    where: "--cluster-cidr, --service-cluster-ip-range",
    fix: "give both a block of the same families",
  });
}

function checkFree(flag: string, block: Cidr, { routes, addresses }: Network): void {
  const route = routeThrough(routes, block);
  const address = addresses.find(({ ip }) => contains(block, ip));
  if (route === undefined && address === undefined) return;
  const what = route === undefined ? `the address ${address?.ip.text}` : `a route to ${route.to.text}`;
  throw new ClusterFault("RangeOnMachine", {
    what: `${block.text} is not free: this machine has ${what} (${route?.link ?? address?.link})`,
    where: flag,
    fix: `choose another block with ${flag}`,
  });
}

/** Blocks that this machine uses because of an earlier run. */
export const leftIn = (ledger: Ledger): readonly Cidr[] =>
  ledger
    .effects()
    .flatMap((effect) => (effect.is === "conntrack" || effect.is === "lan" ? effect.blocks.map(mustCidr) : []));

interface Listening {
  readonly settings: Settings;
  readonly plan: ControlPlan;
}

/**
 * Whether the API can listen where clients look for it; where it listens `now` is its own. Throws `PortTaken`, `AddressMissing`,
 * naming the flag.
 */
export async function checkPorts(settings: Settings, plan: ControlPlan, now?: Listening): Promise<void> {
  const port = settings["api-port"];
  const held = now?.settings["api-port"] === port ? now.plan.listen : [];
  if (held.some(({ number }) => number === 0n)) return;
  for (const address of plan.listen) {
    // Our own addresses come with our own links.
    const isOurs = [...held, ...plan.ownAddresses].some(({ text }) => text === address.text);
    if (!isOurs) await checkPort(address, port);
  }
}

async function checkPort(address: Ip, port: number): Promise<void> {
  const probe = net.createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      probe.once("error", reject);
      probe.listen({ host: address.text, port, exclusive: true }, () => probe.close(() => resolve()));
    });
  } catch (cause) {
    throw portFault(address, port, cause);
  }
}

function portFault({ text }: Ip, port: number, cause: unknown): unknown {
  if (hasCode(cause, "EADDRINUSE")) {
    return new ClusterFault("PortTaken", {
      what: `port ${port} of ${text} is taken by another program`,
      where: `${text}:${port}`,
      fix: `choose another port with --api-port, or see who has it: ss -ltnp 'sport = :${port}'`,
      cause,
    });
  }
  if (!hasCode(cause, "EADDRNOTAVAIL")) return cause;
  return new ClusterFault("AddressMissing", {
    what: `this machine has no address ${text}`,
    where: "--bind-address",
    fix: "give one of its addresses (`ip address` lists them), or 0.0.0.0 for all",
    cause,
  });
}
