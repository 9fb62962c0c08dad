import type { Transport } from "./transport.ts";

interface Connection {
  readonly transport: Transport;
  /** Requests under way. */
  busy: number;
}

/**
 * As many connections as it takes for so many requests under way on each: a server lets only some hundred be on one, and whoever watches objects
 * one by one has thousands, which would wait for each other for ever.
 */
export function spreadTransport(open: () => Transport, mostEach: number): Transport {
  const all: Connection[] = [];
  const free = (): Connection => {
    const known = all.find(({ busy }) => busy < mostEach);
    if (known !== undefined) return known;
    const made = { transport: open(), busy: 0 };
    all.push(made);
    return made;
  };
  return {
    async send(request) {
      const connection = free();
      connection.busy++;
      let isOver = false;
      const over = (): void => {
        if (!isOver) connection.busy--;
        isOver = true;
      };
      // Who ends a watch before its first line takes nothing out of the answer any more.
      request.signal?.addEventListener("abort", over, { once: true });
      const sent = connection.transport.send(request);
      sent.catch(over);
      const answer = await sent;
      return {
        ...answer,
        text: () => answer.text().finally(over),
        async *lines() {
          try {
            yield* answer.lines();
          } finally {
            over();
          }
        },
      };
    },
    close() {
      for (const { transport } of all) transport.close();
    },
  };
}
