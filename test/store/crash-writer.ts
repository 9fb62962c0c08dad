import { writeSync } from "node:fs";
import { storeDefaults } from "#store/journaled-store.ts";
import { openSqliteStore } from "#store/sqlite.ts";
import { textOf } from "./state.ts";

// Writes until it is killed, and says what was answered: "KEY REVISION VALUE", or "-" for the value of a deletion.
const [file = "", seed = "0"] = process.argv.slice(2);
const store = openSqliteStore(file, { ...storeDefaults, historyChanges: 300 });

async function writeOn(writer: number): Promise<void> {
  const key = `writer/${writer}`;
  const there = await store.get(key);
  let count = Number(textOf(there)?.split(":")[0] ?? 0);
  let expect = there?.modRevision ?? 0;
  for (;;) {
    count += 1;
    const text = `${count}:${seed}:${"x".repeat((count * 397 * (writer + 1)) % 9000)}`;
    const value = expect > 0 && count % 7 === 0 ? undefined : new TextEncoder().encode(text);
    const answer = await store.write({ key, value, expect });
    if (answer.kind === "conflict") throw new Error(`nobody else writes ${key}`);
    writeSync(1, `${key} ${answer.revision} ${value === undefined ? "-" : text}\n`);
    expect = value === undefined ? 0 : answer.revision;
  }
}

await Promise.all(Array.from({ length: 20 }, (_, writer) => writeOn(writer)));
