/** A node's announcer, in the network namespace that it is started in; requests to the API go to the process that started it. */
import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { informers } from "#client/informers.ts";
import { type ApiAnswer, type ApiRequest, type Transport, Unreachable } from "#client/transport.ts";
import { fileOf } from "#cluster/sysctls.ts";
import { startAnnouncer } from "#daemons/loadbalancer/announcer.ts";
import { mustIp } from "#net/ip.ts";
import type { FromNode, ToNode } from "./node-words.ts";

const [nodeName = "", address = ""] = process.argv.slice(2);

interface Waiting {
  readonly head: (answer: ApiAnswer) => void;
  readonly failed: (fault: unknown) => void;
  readonly lines: string[];
  ended: boolean;
  wake: () => void;
}
const waiting = new Map<string, Waiting>();
const say = (word: FromNode): void => void process.send?.(word);

async function* linesOf(one: Waiting): AsyncIterable<string> {
  for (;;) {
    const line = one.lines.shift();
    if (line !== undefined) yield line;
    else if (one.ended) return;
    else await new Promise<void>((resolve) => (one.wake = resolve));
  }
}

const transport: Transport = {
  send: ({ signal, ...request }: ApiRequest) =>
    new Promise((head, failed) => {
      const id = randomUUID();
      waiting.set(id, { head, failed, lines: [], ended: false, wake: () => {} });
      signal?.addEventListener("abort", () => {
        failed(signal.reason);
        end(id);
        say({ kind: "abort", id });
      });
      say({ kind: "request", id, request });
    }),
  close: () => {},
};

function end(id: string): void {
  const one = waiting.get(id);
  if (one === undefined) return;
  one.ended = true;
  one.wake();
  waiting.delete(id);
}

process.on("message", (word: ToNode) => {
  if (word.kind === "stop") {
    void announcer.stop().then(() => process.exit(0));
    return;
  }
  const one = waiting.get(word.id);
  if (one === undefined) return;
  switch (word.kind) {
    case "answer": {
      const { status, headers, text } = word;
      one.head({ status, headers, text: async () => text, lines: () => linesOf(one) });
      return;
    }
    case "line":
      one.lines.push(word.line);
      one.wake();
      return;
    case "end":
      return end(word.id);
    case "lost":
      one.failed(new Unreachable("the test", { cause: undefined }));
      return end(word.id);
  }
});
process.on("disconnect", () => process.exit(0));

const followed = informers(transport, { backoff: { firstSeconds: 0.02, longestSeconds: 0.1, random: Math.random } });
const announcer = startAnnouncer({
  transport,
  informers: followed,
  nodeName,
  table: "ptlt_lan",
  ownLink: "own",
  sources: [mustIp(address)],
  holdSysctl: (key, value) => writeFileSync(fileOf(key), value),
  begins: () => {},
  failed: ({ loop, key, fault }) => say({ kind: "failed", what: `${loop} ${key}: ${fault}` }),
});
