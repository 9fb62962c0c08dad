import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ClusterFault } from "#cluster/faults.ts";
import { clusterFlags, dataDirFrom, parse } from "./arguments.ts";
import { UsageFault } from "./usage.ts";

/** Runs kubectl with this cluster's kubeconfig; everything behind `kubectl` is kubectl's own, but for a leading --data-dir. */
export async function kubectl(args: readonly string[]): Promise<number> {
  const ours = args[0] === "--data-dir" ? 2 : args[0]?.startsWith("--data-dir=") ? 1 : 0;
  const dataDir = dataDirFrom(parse(args.slice(0, ours), clusterFlags));
  const kubeconfig = join(dataDir, "kubeconfig");
  if (!existsSync(kubeconfig)) {
    throw new ClusterFault("NotRunning", {
      what: "there is no cluster",
      where: dataDir,
      fix: "bring one up: portolan up -d",
    });
  }
  const child = spawn("kubectl", args.slice(ours), {
    stdio: "inherit",
    env: { ...process.env, KUBECONFIG: kubeconfig },
  });
  return new Promise((resolve, reject) => {
    child.on("error", () =>
      reject(
        new UsageFault("there is no kubectl on PATH", "install one: bin/setup, or apt-get install kubernetes-client"),
      ),
    );
    child.on("close", (code, signal) => resolve(signal === null ? (code ?? 1) : 1));
    // kubectl stands in the same terminal and gets Ctrl-C itself; we only have to outlive it.
    process.on("SIGINT", () => {});
  });
}
