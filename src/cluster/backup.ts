import { existsSync } from "node:fs";
import { join } from "node:path";
import { readKubeconfig } from "#client/kubeconfig.ts";
import { documentLines } from "#client/resource.ts";
import { tlsTransport } from "#client/tls-transport.ts";
import type { Transport } from "#client/transport.ts";
import { hasCode, writeLines } from "#os/files.ts";
import { type BackupHead, BackupReader, backupLines } from "#store/backup.ts";
import { openSqliteStore } from "#store/sqlite.ts";
import { connect } from "./connect.ts";
import { ClusterFault } from "./faults.ts";
import { readRunning } from "./running.ts";

export interface BackupOptions {
  readonly dataDir: string;
  /** Of a cluster that need not be this machine's; instead of the folder. */
  readonly kubeconfig: string | undefined;
  readonly file: string;
  /** Whether a file that is there may be replaced. */
  readonly force: boolean;
  /** Told from time to time how many of how many objects are written. */
  readonly progress: (written: number, all: number) => void;
}

/**
 * Writes all objects of a cluster, as they are at one moment, to a file: of one that runs by its API, while it works on; of one that is
 * stopped from its folder. The file is there whole or not at all. Throws `ClusterFault`, the client's and the store's faults.
 */
export async function backUp(options: BackupOptions): Promise<BackupHead> {
  const { file, force, progress } = options;
  if (!force && existsSync(file)) throw backupExists(file);
  await using opened = new AsyncDisposableStack();
  const lines = await linesFrom(options, opened);
  const reader = new BackupReader(file);
  try {
    await writeLines(file, checked(lines, reader, progress), 0o600);
  } catch (cause) {
    if (!hasCode(cause, "ENOENT", "ENOTDIR", "EISDIR", "EACCES", "EPERM", "EROFS", "ENOSPC", "EDQUOT", "EIO"))
      throw cause;
    throw new ClusterFault("BackupUnwritable", {
      what: `the backup can't be written: ${cause instanceof Error ? cause.message : cause}`,
      where: file,
      fix: "choose a folder that exists, can be written, and has room",
      cause,
    });
  }
  return reader.end();
}

const backupExists = (file: string): ClusterFault =>
  new ClusterFault("BackupExists", {
    what: `${file} is there already`,
    where: file,
    fix: "choose another name, or replace it with --force",
  });

/** The same lines, once each of them is known to be right; ends in a fault where the last one is missing. */
async function* checked(
  lines: AsyncIterable<string> | Iterable<string>,
  reader: BackupReader,
  progress: BackupOptions["progress"],
): AsyncGenerator<string> {
  let [written, all] = [0, 0];
  for await (const line of lines) {
    const read = reader.read(line);
    if (read.kind === "head") all = read.head.entries;
    if (read.kind === "entry") progress(++written, all);
    yield line;
  }
  reader.end();
}

async function linesFrom(
  { dataDir, kubeconfig }: BackupOptions,
  opened: AsyncDisposableStack,
): Promise<AsyncIterable<string> | Iterable<string>> {
  const overApi = (transport: Transport) =>
    documentLines(
      opened.adopt(transport, (one) => one.close()),
      "/portolan/backup",
    );
  if (kubeconfig !== undefined) return overApi(tlsTransport(await readKubeconfig(kubeconfig)));
  const running = await readRunning(dataDir);
  if (running !== undefined) return overApi(await connect(dataDir, running));
  const file = join(dataDir, "store.db");
  if (!existsSync(file)) throw noCluster(dataDir);
  const store = opened.adopt(openSqliteStore(file), (one) => one.close());
  return backupLines(await store.range(""), new Date().toISOString());
}

const noCluster = (dataDir: string): ClusterFault =>
  new ClusterFault("NotRunning", {
    what: "there is no cluster to keep",
    where: dataDir,
    fix: "name the cluster's folder by --data-dir, or its kubeconfig by --kubeconfig",
  });
