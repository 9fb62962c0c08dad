import { randomUUID } from "node:crypto";
import { mustCidr } from "#net/cidr.ts";
import { type ApiServer, createApiServer } from "#server/api-server.ts";
import { bootstrap } from "#server/bootstrap.ts";
import type { Answer, Identity } from "#server/exchange.ts";
import { inProcessTransport } from "#server/in-process.ts";
import { openMemoryStore } from "#store/memory.ts";
import type { Store } from "#store/store.ts";

export const administrator: Identity = { user: "tester", groups: ["system:masters", "system:authenticated"] };

/** A server over a store in memory, and how tests talk to it. */
export interface Served extends AsyncDisposable {
  readonly server: ApiServer;
  readonly store: Store;
  readonly send: (method: string, path: string, sent?: Sent) => Promise<Told>;
}
export interface Sent {
  /** Anything but text and bytes is sent as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly identity?: Identity | undefined;
}
export interface Told {
  readonly status: number;
  readonly headers: Answer["headers"];
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects to find
  readonly json: any;
}

export const serviceRange = mustCidr("10.96.0.0/12");

export async function serve({ random = seeded(1), store = openMemoryStore() } = {}): Promise<Served> {
  const faults: unknown[] = [];
  const server = await createApiServer({
    store,
    now: Date.now,
    chance: { uuid: randomUUID, number: (below) => Math.floor(random() * below) },
    options: {
      gitVersion: "v1.36.0",
      serviceRanges: [serviceRange],
      nodePortRange: { first: 30_000, last: 32_767 },
      kubelet: undefined,
    },
    report: (fault) => faults.push(fault),
  });
  const foundation = { apiAddress: "192.0.2.1", apiPort: 6443, serviceRange };
  await bootstrap(inProcessTransport(server, administrator), foundation);
  return {
    server,
    store,
    send: (method, path, sent = {}) => send(server, { method, path, sent }),
    [Symbol.asyncDispose]: async () => {
      server.close();
      await store.close();
      if (faults.length > 0) throw new AggregateError(faults, "the server reported faults of its own");
    },
  };
}

/** Mulberry32: 0 ≤ result < 1, the same every time. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

async function send(
  server: ApiServer,
  { method, path, sent }: { method: string; path: string; sent: Sent },
): Promise<Told> {
  const { body, headers = {} } = sent;
  const bytes =
    body === undefined
      ? new Uint8Array()
      : body instanceof Uint8Array
        ? body
        : Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  const identity = "identity" in sent ? sent.identity : administrator;
  const type = body === undefined ? {} : { "content-type": "application/json" };
  const answer = await server.handle(
    { method, url: path, headers: { ...type, ...headers }, body: async () => bytes },
    identity,
  );
  if (answer.kind === "stream") throw new Error(`${method} ${path} gave a stream`);
  const text = Buffer.from(answer.body).toString();
  const isJson = String(answer.headers["content-type"]).startsWith("application/json");
  return {
    status: answer.status,
    headers: answer.headers,
    text,
    json: isJson && text !== "" ? JSON.parse(text) : undefined,
  };
}
