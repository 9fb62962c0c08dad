import { killAt } from "./killed-at.ts";

// Restores a backup, and is killed in front of that step: restore-until.ts FILE BACKUP STEP.
const [file = "", backup = "", step = ""] = process.argv.slice(2);
killAt(Number(step));
const { restoreStore } = await import("#store/restore.ts");
await restoreStore(file, backup, { now: 0, at: (value) => value });
