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
