import { existsSync } from "node:fs";

/** A folder whose files are in memory; undefined where the machine has none. */
export const memoryFolder = (): string | undefined => ["/dev/shm"].find((folder) => existsSync(folder));
