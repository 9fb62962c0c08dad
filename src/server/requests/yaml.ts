import { Worker } from "node:worker_threads";
import { limits } from "../limits.ts";

export type YamlAnswer =
  | { readonly kind: "read"; readonly json: string; readonly doubled: readonly string[] }
  | { readonly kind: "refused"; readonly why: string };

/** The reading that goes on, or the last one: documents are read one at a time. */
let last: Promise<unknown> = Promise.resolve();
let thread: Worker | undefined;

/**
 * Reads a YAML document in a thread of its own, since 3 MiB of it can take seconds, and what is written to cost much more than that
 * (CVE-2019-11254): other requests go on meanwhile. One that takes longer than `limits.yamlMilliseconds` is refused, and its thread ended.
 */
export function readYamlApart(text: string): Promise<YamlAnswer> {
  const reading = last.then(() => readNow(text));
  last = Promise.allSettled([reading]);
  return reading;
}

function readNow(text: string): Promise<YamlAnswer> {
  thread ??= startThread();
  const worker = thread;
  return new Promise((resolve, reject) => {
    const settle = (done: () => void): void => {
      clearTimeout(timer);
      worker.removeAllListeners("message").removeAllListeners("error");
      worker.unref();
      done();
    };
    const giveUp = (why: string): void => {
      thread = undefined;
      worker.on("error", () => undefined);
      void worker.terminate();
      settle(() => resolve({ kind: "refused", why }));
    };
    const timer = setTimeout(() => giveUp("document takes too long to read"), limits.yamlMilliseconds);
    worker.once("message", (answer: YamlAnswer) => settle(() => resolve(answer)));
    worker.once("error", (fault: Error) => {
      thread = undefined;
      if ("code" in fault && fault.code === "ERR_WORKER_OUT_OF_MEMORY")
        giveUp("document takes too much memory to read");
      else settle(() => reject(fault));
    });
    worker.ref();
    worker.postMessage(text);
  });
}

const startThread = (): Worker =>
  new Worker(new URL("./yaml-thread.ts", import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: limits.yamlMebibytes },
  });
