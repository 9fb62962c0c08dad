import type { ChildProcess } from "node:child_process";
import type { NftEngine } from "./nft-engine.ts";
import { start } from "./spawn.ts";

/**
 * nft says nothing about a line that it has carried out. This line, which it can't read, follows each of ours: its complaint means
 * that ours is done. To ask for a list instead would make nft read the whole table.
 */
const sentinel = "portolan_done";
const complaint = new RegExp(`Error: syntax error[^\\n]*\\n${sentinel}\\n[ ^]*\\n`);

/** A lasting `nft -i`, started at the first change and again where it died. */
export function openInteractive(): NftEngine {
  let child: ChildProcess | undefined;
  let said = "";
  let hear: ((end: string) => void) | undefined;
  let before: Promise<unknown> = Promise.resolve();

  const running = (): ChildProcess => {
    if (child !== undefined) return child;
    const fresh = start(["nft", "-i"], { stdio: ["pipe", "ignore", "pipe"] });
    child = fresh;
    said = "";
    const ended = (why: string) => {
      if (child !== fresh) return;
      child = undefined;
      hear?.(why);
    };
    fresh.on("error", ({ message }) => ended(`nft -i: ${message}`));
    fresh.on("exit", () => ended(`nft -i ended: ${said}`));
    fresh.stdin?.on("error", () => {}); // it ended; `exit` tells
    fresh.stderr?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      const done = complaint.exec(said);
      if (done === null) return;
      const refusal = said.slice(0, done.index);
      said = "";
      hear?.(refusal);
    });
    return fresh;
  };
  const send = (text: string): Promise<string | undefined> =>
    new Promise((resolve) => {
      hear = (end) => resolve(end === "" ? undefined : end);
      // A line is a transaction.
      running().stdin?.write(`${text.trim().replaceAll("\n", "; ")}\n${sentinel}\n`);
    });
  return {
    apply(text) {
      const result = before.then(() => send(text));
      before = result;
      return result;
    },
    close: () => child?.kill(),
  };
}
