import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { ClusterFault } from "#cluster/faults.ts";
import { readRunning } from "#cluster/running.ts";
import { dataDirFrom, type Parsed } from "./arguments.ts";

/** A cluster that commands ask, running here or elsewhere. */
export interface Cluster {
  /** Its kubeconfig. */
  readonly file: string;
  readonly domain: string;
  readonly proxyMode: "nftables" | "iptables";
}

/** By the command line: --kubeconfig, else the cluster that --data-dir names, else KUBECONFIG, else this machine's cluster, else ~/.kube/config. Throws `ClusterFault`. */
export async function clusterOf(parsed: Parsed): Promise<Cluster> {
  const domain = parsed.text("cluster-domain");
  const elsewhere = (file: string): Cluster => ({ file, domain: domain ?? "cluster.local", proxyMode: "nftables" });
  const named = parsed.text("kubeconfig");
  if (named !== undefined) return elsewhere(named);
  const dataDir = dataDirFrom(parsed);
  const isNamed = parsed.text("data-dir") !== undefined || (process.env.PORTOLAN_DATA_DIR ?? "") !== "";
  const byVariable = process.env.KUBECONFIG ?? "";
  if (!isNamed && byVariable !== "") return elsewhere(byVariable);
  const own = join(dataDir, "kubeconfig");
  if (existsSync(own)) {
    const running = await readRunning(dataDir);
    const proxyMode = running?.settings["proxy-mode"] === "iptables" ? "iptables" : "nftables";
    return { file: own, domain: domain ?? running?.clusterDomain ?? "cluster.local", proxyMode };
  }
  const usual = join(homedir(), ".kube", "config");
  if (!isNamed && existsSync(usual)) return elsewhere(usual);
  throw new ClusterFault("NotRunning", {
    what: "there is no cluster",
    where: dataDir,
    fix: "bring one up: portolan up -d; or name another one by --kubeconfig FILE",
  });
}
