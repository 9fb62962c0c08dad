import { stat } from "node:fs/promises";
import { backUp } from "#cluster/backup.ts";
import { clusterFlags, dataDirFrom, parse } from "./arguments.ts";
import { UsageFault } from "./usage.ts";

/** `portolan backup FILE`: 0 when FILE is whole and would survive a power cut. */
export async function backup(args: readonly string[]): Promise<number> {
  const parsed = parse(args, { ...clusterFlags, force: { type: "boolean" } }, true);
  const [file, ...others] = parsed.rest;
  if (file === undefined || others.length > 0)
    throw new UsageFault("backup into which file?", "portolan backup FILE [--force]");
  const { revision, entries } = await backUp({
    dataDir: dataDirFrom(parsed),
    kubeconfig: parsed.text("kubeconfig"),
    file,
    force: parsed.has("force"),
    progress: process.stderr.isTTY ? showProgress : () => {},
  });
  const { size } = await stat(file);
  process.stdout.write(`${file}: ${entries} objects at revision ${revision}, ${(size / 1e6).toFixed(1)} MB\n`);
  return 0;
}

/** How often a person at a terminal is told anew: after so many objects. */
const stride = 1000;

function showProgress(written: number, all: number): void {
  if (written % stride !== 0) return;
  // The line is written over by the next one, and the last one by what follows it.
  process.stderr.write(`${written} of ${all} objects\r`);
}
