import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { DatabaseSync, StatementSync } from "node:sqlite";

/**
 * From now on this process is killed -9 in front of its `step`th step on the disk: a statement of SQLite's, or a change of files. Call it
 * before whatever is to be killed is imported.
 */
export function killAt(step: number): void {
  let steps = 0;
  const counted = <F extends (...args: never[]) => unknown>(act: F): F =>
    new Proxy(act, {
      apply(target, self, args) {
        steps += 1;
        if (steps === step) process.kill(process.pid, "SIGKILL");
        return Reflect.apply(target, self, args);
      },
    });
  DatabaseSync.prototype.exec = counted(DatabaseSync.prototype.exec);
  DatabaseSync.prototype.close = counted(DatabaseSync.prototype.close);
  StatementSync.prototype.run = counted(StatementSync.prototype.run);
  fs.renameSync = counted(fs.renameSync);
  fs.linkSync = counted(fs.linkSync);
  fs.rmSync = counted(fs.rmSync);
  fs.fsyncSync = counted(fs.fsyncSync);
  syncBuiltinESMExports();
}
