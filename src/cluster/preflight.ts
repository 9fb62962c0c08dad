import { accessSync, constants, readFileSync, statfsSync } from "node:fs";
import net from "node:net";
import { overlaps } from "#net/cidr.ts";
import type { Ip } from "#net/ip.ts";
import { ClusterFault } from "./faults.ts";
import { readRoutes, routeThrough } from "./machine.ts";
import type { Settings } from "./settings.ts";

/** Programs without which no cluster runs, and the Debian package of each. */
const programs: Readonly<Record<string, string>> = {
  nft: "nftables",
  ip: "iproute2",
  conntrack: "conntrack",
  conmon: "conmon",
  unshare: "util-linux",
  nsenter: "util-linux",
  setpriv: "util-linux",
};
const enoughDiskBytes = 64 * 1024 * 1024;

/** What must hold before anything is changed. Throws the first `ClusterFault`. */
export async function preflight(settings: Settings): Promise<void> {
  checkRoot();
  checkPrograms();
  checkDisk(settings["data-dir"]);
  await checkRanges(settings);
}

export function checkRoot(): void {
  if (process.getuid?.() !== 0) {
    throw new ClusterFault("NotRoot", {
      what: "a cluster needs root: it makes network namespaces and rules",
      where: `user ${process.getuid?.() ?? "?"}`,
      fix: "run the same command with sudo",
    });
  }
  const netAdmin = 12n;
  const effective = BigInt(
    `0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "0"}`,
  );
  if (((effective >> netAdmin) & 1n) === 0n) {
    throw new ClusterFault("NoNetAdmin", {
      what: "this process may not change the network (CAP_NET_ADMIN is missing)",
      where: "/proc/self/status CapEff",
      fix: "start the container or shell with NET_ADMIN and SYS_ADMIN (docker: --privileged)",
    });
  }
}

function checkPrograms(): void {
  const folders = `${process.env.PATH ?? ""}:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin`
    .split(":")
    .filter((one) => one !== "");
  const missing = Object.keys(programs).filter(
    (program) => !folders.some((folder) => isProgram(`${folder}/${program}`)),
  );
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

async function checkRanges(settings: Settings): Promise<void> {
  const [pods, services] = [settings["cluster-cidr"], settings["service-cluster-ip-range"]];
  if (overlaps(pods, services)) {
    throw new ClusterFault("RangesOverlap", {
      what: `the addresses of pods (${pods.text}) and of services (${services.text}) overlap`,
      where: "--cluster-cidr, --service-cluster-ip-range",
      fix: "choose blocks that have no address in common",
    });
  }
  const routes = await readRoutes();
  for (const [flag, block] of [["--cluster-cidr", pods] as const, ["--service-cluster-ip-range", services] as const]) {
    const route = routeThrough(routes, block, new Set());
    if (route === undefined) continue;
    throw new ClusterFault("RangeOnMachine", {
      what: `${block.text} is not free: this machine has a route to ${route.to.text} over ${route.link}`,
      where: flag,
      fix: `choose another block with ${flag}`,
    });
  }
}

/** Whether the API can listen there. Throws `PortTaken`, naming the flag. */
export async function checkPort(address: Ip, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const probe = net.createServer();
    probe.once("error", (cause: Error & { readonly code?: string }) =>
      reject(
        cause.code === "EADDRINUSE"
          ? new ClusterFault("PortTaken", {
              what: `port ${port} of ${address.text} is taken by another program`,
              where: `${address.text}:${port}`,
              fix: `choose another port with --api-port, or see who has it: ss -ltnp 'sport = :${port}'`,
              cause,
            })
          : cause,
      ),
    );
    probe.listen({ host: address.text, port, exclusive: true }, () => probe.close(() => resolve()));
  });
}
