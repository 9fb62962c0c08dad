import type { Entry, Store, Watch } from "#store/store.ts";

/** One who keeps in mind what stands under a prefix of the store. */
export interface Follower {
  readonly prefix: string;
  /** Of what it has been told, and not that it is gone. */
  readonly keys: () => Iterable<string>;
  /** `entry` is undefined where it is gone. */
  readonly observe: (key: string, entry: Entry | undefined, revision: number) => void;
  /** Everything up to that revision has been told. */
  readonly progress?: (revision: number) => void;
}

export interface Following {
  /** Everything that stood there when it began, or when it had to begin anew, has been told. */
  readonly isSynced: () => boolean;
  readonly stop: () => void;
}

/**
 * Tells what stands there, and every change from then on, in the turn in which it is written. What has been lost meanwhile is made up for;
 * `report` hears where that could not be.
 */
export async function follow(store: Store, follower: Follower, report: (fault: unknown) => void): Promise<Following> {
  const { prefix, keys, observe, progress } = follower;
  let watch: Watch | undefined;
  let [isStopped, isSynced] = [false, false];
  const read = async (): Promise<void> => {
    const { entries, revision } = await store.range(prefix);
    const present = new Set(entries.map(({ key }) => key));
    for (const key of [...keys()]) if (!present.has(key)) observe(key, undefined, revision);
    for (const entry of entries) observe(entry.key, entry, entry.modRevision);
    progress?.(revision);
    isSynced = true;
    watch = await store.watch(prefix, revision, {
      change: ({ key, entry, revision: changed }) => observe(key, entry, changed),
      progress: (reached) => progress?.(reached),
      end: (reason) => {
        isSynced = false;
        if (reason !== "closed" && !isStopped) read().catch(report);
      },
    });
  };
  await read();
  return {
    isSynced: () => isSynced,
    stop() {
      isStopped = true;
      watch?.stop();
    },
  };
}
