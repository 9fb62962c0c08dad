import { restoreCluster } from "#cluster/restore.ts";
import { clusterFlags, dataDirFrom, parse } from "./arguments.ts";
import { UsageFault } from "./usage.ts";

/** `portolan restore FILE`: 0 when the next `up` will find what FILE holds. */
export async function restore(args: readonly string[]): Promise<number> {
  const parsed = parse(args, clusterFlags, true);
  const [file, ...others] = parsed.rest;
  if (file === undefined || others.length > 0) throw new UsageFault("restore which file?", "portolan restore FILE");
  const dataDir = dataDirFrom(parsed);
  const { head, revision, kept } = await restoreCluster(dataDir, file);
  process.stdout.write(
    `${dataDir} has the ${head.entries} objects of ${head.taken} again; revisions go on at ${revision}\n`,
  );
  if (kept !== undefined)
    process.stdout.write(`what was there before is kept in ${kept}; delete it when nothing is missed\n`);
  process.stdout.write("start the cluster: portolan up -d\n");
  return 0;
}
