import { readdirSync, realpathSync } from "node:fs";
import { dirname } from "node:path";
import { run } from "#os/spawn.ts";
import { findProgram, unpackedPackage } from "./programs.ts";

export interface Kubectl {
  /** `1.33`. */
  readonly version: string;
  readonly path: string;
}

/**
 * Every kubectl of this machine, the oldest first, one a version: the one on PATH, those that lie beside it as `kubectl.1.NN`, and
 * Debian's own as set-up unpacked it. Where there are such neighbours, the one on PATH only chooses among them and is left out.
 */
export async function findKubectls(): Promise<readonly Kubectl[]> {
  const onPath = findProgram("kubectl", "kubernetes-client");
  const unpacked = unpackedPackage("kubernetes-client");
  const paths = new Set([
    ...(onPath === undefined ? [] : withNeighbours(realpathSync(onPath))),
    ...(unpacked === undefined ? [] : [`${unpacked}/usr/bin/kubectl`]),
  ]);
  const found = await Promise.all([...paths].map(async (path) => ({ path, version: await versionOf(path) })));
  const byVersion = new Map(found.map((kubectl) => [kubectl.version, kubectl]));
  return [...byVersion.values()].sort((a, b) => a.version.localeCompare(b.version, "en", { numeric: true }));
}

/** 1.28 asks as 1.27 does, and from 1.31 on all ask alike. */
const ofEachWire = ["1.20", "1.27", "1.29", "1.30", "1.33"];

/** The oldest, the newest, and one of those between them that send the same; all where `PORTOLAN_KUBECTLS` is `every`. */
export async function kubectlsByWire(): Promise<readonly Kubectl[]> {
  const all = await findKubectls();
  if (process.env.PORTOLAN_KUBECTLS === "every") return all;
  return all.filter((one) => one === all[0] || one === all.at(-1) || ofEachWire.includes(one.version));
}

function withNeighbours(path: string): string[] {
  const folder = dirname(path);
  const neighbours = readdirSync(folder).filter((name) => /^kubectl\.1\.\d+$/.test(name));
  return neighbours.length === 0 ? [path] : neighbours.map((name) => `${folder}/${name}`);
}

async function versionOf(path: string): Promise<string> {
  const { stdout } = await run([path, "version", "--client", "--output=json"]);
  const version = /"gitVersion": "v(1\.\d+)\./.exec(stdout)?.[1];
  if (version === undefined) throw new Error(`${path} does not say which version it is: ${stdout}`);
  return version;
}
