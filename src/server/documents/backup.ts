import { backupLines } from "#store/backup.ts";
import type { Environment } from "../environment.ts";
import type { Outlet, StreamAnswer } from "../exchange.ts";

/** How much is handed to the connection at once, and how much may wait there, in characters and bytes. */
const chunkLength = 64 << 10;
const mostWaiting = 1 << 20;

/** `/portolan/backup`: the whole store at one moment, line by line, while writes go on. For administrators alone, since Secrets are in there. */
export async function backupAnswer({ store, now, report }: Environment): Promise<StreamAnswer> {
  const lines = backupLines(await store.range(""), new Date(now()).toISOString());
  return {
    kind: "stream",
    status: 200,
    headers: { "content-type": "application/jsonl; charset=utf-8" },
    run: (outlet) => void pour(lines, outlet).catch(report),
  };
}

async function pour(lines: Iterable<string>, outlet: Outlet): Promise<void> {
  let chunk = "";
  for (const line of lines) {
    chunk += `${line}\n`;
    if (chunk.length < chunkLength) continue;
    const waiting = outlet.write(Buffer.from(chunk));
    chunk = "";
    // Others have their turn, also where the reader is as fast as this.
    await (waiting > mostWaiting ? outlet.drained() : new Promise(setImmediate));
    if (outlet.closed.aborted) return;
  }
  outlet.write(Buffer.from(chunk));
  outlet.end();
}
