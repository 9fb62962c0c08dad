import { killAt } from "./killed-at.ts";

// Opens a store, and is killed in front of that step: open-until.ts FILE STEP.
const [file = "", step = ""] = process.argv.slice(2);
killAt(Number(step));
const { openSqliteStore } = await import("#store/sqlite.ts");
const store = openSqliteStore(file);
await store.close();
