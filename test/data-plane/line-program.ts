import { createInterface } from "node:readline";
import { type Argv, start } from "#os/spawn.ts";

/** A program that answers requests, JSON in and out, a line each; answers name the request by `id` and may come in any order. */
export interface LineProgram<Q, A> {
  readonly ask: (request: Q) => Promise<A>;
  /** Lets it end by itself. */
  readonly stop: () => Promise<void>;
  /** kill -9. */
  readonly kill: () => Promise<void>;
}

export function lineProgram<Q, A extends { readonly id: number }>(argv: Argv): LineProgram<Q, A> {
  const child = start(argv, { stdio: ["pipe", "pipe", "inherit"] });
  const waiting = new Map<number, PromiseWithResolvers<A>>();
  const ended = Promise.withResolvers<void>();
  child.stdin?.on("error", () => {}); // it ended; `exit` tells
  child.on("exit", () => {
    ended.resolve();
    for (const { reject } of waiting.values()) reject(new Error(`${argv.join(" ")} ended`));
  });
  if (child.stdout === null) throw new TypeError("a program without standard output");
  createInterface({ input: child.stdout }).on("line", (line) => {
    const answer: A = JSON.parse(line);
    waiting.get(answer.id)?.resolve(answer);
    waiting.delete(answer.id);
  });
  let asked = 0;
  return {
    ask(request) {
      const answer = Promise.withResolvers<A>();
      const id = ++asked;
      waiting.set(id, answer);
      child.stdin?.write(`${JSON.stringify({ id, request })}\n`);
      return answer.promise;
    },
    async stop() {
      child.stdin?.end();
      await ended.promise;
    },
    async kill() {
      child.kill("SIGKILL");
      await ended.promise;
    },
  };
}
