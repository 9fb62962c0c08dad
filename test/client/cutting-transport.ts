import { type ApiRequest, type Transport, Unreachable } from "#client/transport.ts";

/** A transport whose connections break by chance: before the answer, or in the middle of a watch. Counts what was asked. */
export interface CuttingTransport extends Transport {
  readonly counts: { lists: number; watches: number; cuts: number };
  /** From here on nothing breaks. */
  readonly heal: () => void;
}

export function cutting(transport: Transport, random: () => number): CuttingTransport {
  const counts = { lists: 0, watches: 0, cuts: 0 };
  let heals = false;
  const cut = (): Unreachable => {
    counts.cuts++;
    return new Unreachable("the test", { cause: new Error("cut by chance") });
  };
  async function* brittle(lines: AsyncIterable<string>): AsyncIterable<string> {
    for await (const line of lines) {
      if (!heals && random() < 0.1) throw cut();
      yield line;
    }
  }
  return {
    counts,
    heal() {
      heals = true;
    },
    close: () => transport.close(),
    async send(request: ApiRequest) {
      const isWatch = request.path.includes("watch=true");
      if (request.method === "GET") counts[isWatch ? "watches" : "lists"]++;
      if (!heals && random() < 0.2) throw cut();
      const answer = await transport.send(request);
      return isWatch ? { ...answer, lines: () => brittle(answer.lines()) } : answer;
    },
  };
}
