/** The disk did not take a batch of writes: none of it is visible, reads and watches go on, later writes try again. */
export class StoreUnwritable extends Error {
  readonly code = "StoreUnwritable";
  readonly where: string;
  readonly fix: string;
  /**
   * Where the disk failed in the middle of the commit, it may hold the batch all the same, and show it after a restart; nobody has seen
   * anything else at its revisions.
   */
  constructor(file: string, why: { readonly what: string; readonly fix: string; readonly cause: unknown }) {
    super(`the store ${file} can't be written: ${why.what}`, { cause: why.cause });
    this.where = file;
    this.fix = why.fix;
  }
}

/** Another process has the store open. */
export class StoreLocked extends Error {
  readonly code = "StoreLocked";
  readonly where: string;
  readonly fix: string;
  constructor(file: string, cause: unknown) {
    super(`the store ${file} is open in another process`, { cause });
    this.where = file;
    this.fix = `stop that process (\`fuser ${file}\` names it), or use another data folder`;
  }
}

/** A later version of the program has written the store. */
export class StoreNewer extends Error {
  readonly code = "StoreNewer";
  readonly where: string;
  readonly fix: string;
  constructor(file: string, found: number, known: number) {
    super(`the store ${file} has format ${found}; this program knows formats up to ${known}`);
    this.where = file;
    this.fix = "run the version of the program that wrote it, or a later one; the file is unchanged";
  }
}

/** The file is no store of ours, or its content contradicts itself. */
export class StoreUnreadable extends Error {
  readonly code = "StoreUnreadable";
  readonly where: string;
  readonly fix: string;
  constructor(file: string, what: string, cause?: unknown) {
    super(`the store ${file} can't be read: ${what}`, { cause });
    this.where = file;
    this.fix = `restore a backup (portolan restore FILE), or move ${file} and ${file}-wal away to begin empty`;
  }
}

/** A file is no backup of ours, or not a whole one. */
export class BackupUnreadable extends Error {
  readonly code = "BackupUnreadable";
  readonly where: string;
  readonly fix = "take another backup; nothing was changed by this one";
  constructor(file: string, what: string) {
    super(`the backup ${file} can't be used: ${what}`);
    this.where = file;
  }
}

/** A later version of the program has taken the backup. */
export class BackupNewer extends Error {
  readonly code = "BackupNewer";
  readonly where: string;
  readonly fix = "run the version of the program that took it, or a later one; nothing was changed";
  constructor(file: string, found: string, known: number) {
    super(`the backup ${file} has format ${found}; this program knows formats up to ${known}`);
    this.where = file;
  }
}

/** The store was asked after it had been closed. */
export class StoreClosed extends Error {
  readonly code = "StoreClosed";
  constructor() {
    super("the store is closed");
  }
}

/** A watch's sink threw; its watch has ended, the others go on. */
export class SinkFailed extends Error {
  readonly code = "SinkFailed";
  constructor(prefix: string, cause: unknown) {
    super(`the sink of the watch on ${JSON.stringify(prefix)} threw; its watch has ended`, { cause });
  }
}
