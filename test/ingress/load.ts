import { connect, type Socket } from "node:net";

/** Requests at an even rate over raw sockets, each of which either has a whole answer of status 200 or has failed: nothing is tried again. */
export interface LoadOptions {
  readonly port: number;
  /** Usually this machine's own. */
  readonly address?: string;
  readonly perSecond: number;
  /** Whether connections serve one request after another; otherwise each has one of its own, and says so. */
  readonly keepAlive: boolean;
  readonly host: string;
  readonly path?: string;
  /** With keep-alive: how many connections at least take turns, so that each is idle for a while. */
  readonly connections?: number;
}

export interface LoadResult {
  readonly requests: number;
  readonly failures: number;
  /** How often each kind of failure came: `status 503`, `ECONNRESET`, `closed before an answer`, `no answer in time`. */
  readonly kinds: Readonly<Record<string, number>>;
  /** By the first line of the body. */
  readonly answers: ReadonlyMap<string, number>;
}

export interface Load {
  readonly soFar: () => number;
  /** Begins no more requests; resolves when all have ended. */
  readonly stop: () => Promise<LoadResult>;
}

const tickMs = 5;
const mostBehindSeconds = 0.05;
const patienceMs = 10_000;
/** So many without an answer, and the rate is more than this machine can do: it sinks, so that what is counted is not the machine's weakness. */
const mostPending = 200;

export function startLoad(options: LoadOptions): Load {
  const tally = new Tally();
  const idle: Connection[] = [];
  const all = new Set<Connection>();
  const request = requestText(options);
  const give = (connection: Connection, reusable: boolean) => {
    if (reusable && options.keepAlive && !connection.closed) idle.push(connection);
    else connection.end();
  };
  const take = (): Connection => {
    for (let next = idle.shift(); next !== undefined; next = idle.shift()) if (!next.closed) return next;
    return open();
  };
  const open = (): Connection => {
    const made = new Connection(options, tally, give);
    all.add(made);
    made.socket.on("close", () => all.delete(made));
    return made;
  };
  for (let i = 0; options.keepAlive && i < (options.connections ?? 16); i++) idle.push(open());
  const startedAt = performance.now();
  let begun = 0;
  const ticking = setInterval(() => {
    const due = ((performance.now() - startedAt) / 1000) * options.perSecond;
    // What a busy machine has kept us from is not caught up with at once: it would be another load than the one that was asked for.
    begun = Math.max(begun, Math.floor(due - options.perSecond * mostBehindSeconds));
    for (; begun < due && tally.pending < mostPending; begun++) take().ask(request);
  }, tickMs);
  return {
    soFar: () => tally.requests,
    async stop() {
      clearInterval(ticking);
      await tally.allEnded();
      for (const connection of all) connection.end();
      return tally;
    },
  };
}

function requestText({ host, path = "/", keepAlive }: LoadOptions): string {
  return `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${keepAlive ? "" : "Connection: close\r\n"}\r\n`;
}

class Tally implements LoadResult {
  requests = 0;
  failures = 0;
  readonly kinds: Record<string, number> = {};
  readonly answers = new Map<string, number>();
  pending = 0;
  #ended: (() => void) | undefined;

  begin(): void {
    this.requests++;
    this.pending++;
  }

  end(failure: string | undefined, body = ""): void {
    if (failure === undefined) {
      const line = body.split("\n", 1)[0] ?? "";
      this.answers.set(line, (this.answers.get(line) ?? 0) + 1);
    } else {
      this.failures++;
      this.kinds[failure] = (this.kinds[failure] ?? 0) + 1;
    }
    if (--this.pending === 0) this.#ended?.();
  }

  allEnded(): Promise<void> {
    if (this.pending === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#ended = resolve;
    });
  }
}

class Connection {
  readonly socket: Socket;
  closed = false;
  readonly #tally: Tally;
  readonly #give: (connection: Connection, reusable: boolean) => void;
  #asking = false;
  #received = "";
  #timer: NodeJS.Timeout | undefined;

  constructor(
    { port, address = "127.0.0.1" }: LoadOptions,
    tally: Tally,
    give: (connection: Connection, reusable: boolean) => void,
  ) {
    this.#tally = tally;
    this.#give = give;
    this.socket = connect({ port, host: address, noDelay: true });
    this.socket.setEncoding("latin1");
    this.socket.on("data", (text: string) => this.#hear(text));
    this.socket.on("end", () => this.#lost("closed before an answer"));
    this.socket.on("error", (fault: Error & { code?: string }) => this.#lost(fault.code ?? fault.message));
    this.socket.on("close", () => this.#lost("closed before an answer"));
  }

  ask(text: string): void {
    this.#tally.begin();
    this.#asking = true;
    this.#received = "";
    this.#timer = setTimeout(() => this.#lost("no answer in time"), patienceMs);
    this.socket.write(text);
  }

  end(): void {
    this.closed = true;
    this.socket.destroy();
  }

  #lost(why: string): void {
    this.closed = true;
    if (this.#asking) this.#finish(why, "", false);
    else this.socket.destroy();
  }

  #hear(text: string): void {
    if (this.#asking) this.#receive(text);
    else this.#lost("an answer to nothing");
  }

  #receive(text: string): void {
    this.#received += text;
    const head = this.#received.indexOf("\r\n\r\n");
    if (head === -1) return;
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(this.#received.slice(0, head))?.[1] ?? "0");
    if (this.#received.length < head + 4 + length) return;
    const status = this.#received.slice(9, 12);
    const reusable = !/\r\nconnection: *close/i.test(this.#received.slice(0, head));
    this.#finish(status === "200" ? undefined : `status ${status}`, this.#received.slice(head + 4), reusable);
  }

  #finish(failure: string | undefined, body: string, reusable: boolean): void {
    this.#asking = false;
    clearTimeout(this.#timer);
    this.#tally.end(failure, body);
    this.#give(this, reusable && failure === undefined);
  }
}
