import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";

/** What the disk says to whatever writes to the store. */
export type DiskTrouble = "ENOSPC" | "EIO" | "EROFS" | "EIO when it is to make writes last";

/** A disk that fails and heals when it is told to, for processes that are started with these variables. */
export interface FailingDisk extends Disposable {
  readonly variables: Readonly<Record<string, string>>;
  readonly fail: (trouble: DiskTrouble) => void;
  readonly heal: () => void;
}

const { ENOSPC, EIO } = constants.errno;
const told: Readonly<Record<DiskTrouble, string>> = {
  ENOSPC: String(ENOSPC),
  EIO: String(EIO),
  EROFS: "30", // Linux; Node doesn't name it
  "EIO when it is to make writes last": `sync ${EIO}`,
};

/** undefined where there is no C compiler. */
export function failingDisk(): FailingDisk | undefined {
  const folder = mkdtempSync(join(tmpdir(), "portolan-failing-disk-"));
  const [library, control] = [join(folder, "failing-disk.so"), join(folder, "trouble")];
  const source = join(import.meta.dirname, "failing-disk.c");
  const { status } = spawnSync("cc", ["-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], { stdio: "ignore" });
  const heal = (): void => rmSync(control, { force: true });
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  if (status !== 0) {
    remove();
    return undefined;
  }
  return {
    variables: { LD_PRELOAD: library, FAILING_DISK: control },
    fail: (trouble) => writeFileSync(control, told[trouble]),
    heal,
    [Symbol.dispose]: remove,
  };
}
