import { type ClientHttp2Session, connect } from "node:http2";
import type { Access } from "#client/kubeconfig.ts";
import { createAuthority } from "#os/pki.ts";
import { mortalServer } from "../test/durability/server.ts";
import { type Etcd, findEtcd } from "./etcd.ts";

const seconds = 3;
const rounds = 3;
const numbersOfClients = [1, 32] as const;
/** What one object weighs, about, as it is stored; and the whole value of a put. */
const valueBytes = 2048;

export interface WriteRow {
  readonly clients: number;
  readonly ours: Figures;
  /** undefined where etcd can't be had. */
  readonly etcd: Figures | undefined;
}

/** Medians of the rounds. */
export interface Figures {
  readonly perSecond: number;
  /** In milliseconds. */
  readonly p99: number;
}

/** Sends one write; resolves when it is answered. */
type Write = (count: number) => Promise<void>;
interface Subject extends AsyncDisposable {
  readonly write: Write;
}

/**
 * ConfigMaps created through the API over TLS, beside puts of the same size into etcd over gRPC, both over TLS: each server in a process of
 * its own, on the same disk, turn by turn in one run, and both clients in this process.
 */
export async function run(): Promise<readonly WriteRow[]> {
  await using etcd = await findEtcd();
  const subjects = new Map<string, () => Promise<Subject>>([["ours", ours]]);
  if (etcd !== undefined) subjects.set("etcd", async () => puts(etcd));
  const rows: WriteRow[] = [];
  for (const clients of numbersOfClients) {
    const measured = new Map<string, Figures[]>();
    for (let round = 0; round < rounds; round++)
      for (const [name, open] of subjects) {
        await using subject = await open();
        measured.set(name, [...(measured.get(name) ?? []), await measure(subject.write, clients)]);
      }
    const medians = (name: string): Figures | undefined => {
      const all = measured.get(name);
      if (all === undefined) return undefined;
      return { perSecond: median(all.map(({ perSecond }) => perSecond)), p99: median(all.map(({ p99 }) => p99)) };
    };
    const row = { clients, ours: medians("ours") ?? { perSecond: 0, p99: 0 }, etcd: medians("etcd") };
    const show = (of: Figures | undefined) =>
      of === undefined ? "not there" : `${of.perSecond.toFixed(0)}/s, p99 ${of.p99.toFixed(1)} ms`;
    console.log(`api-writes: ${String(clients).padStart(2)} clients: ours ${show(row.ours)}; etcd ${show(row.etcd)}`);
    rows.push(row);
  }
  return rows;
}

/** The first second is not counted: code is compiled and connections are made in it. */
const warmUpMs = 1000;

async function measure(write: Write, clients: number): Promise<Figures> {
  const tookMs: number[] = [];
  const begin = performance.now() + warmUpMs;
  const end = begin + seconds * 1000;
  let count = 0;
  const client = async (): Promise<void> => {
    for (;;) {
      const sent = performance.now();
      if (sent > end) return;
      await write(count++);
      if (sent > begin) tookMs.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  tookMs.sort((a, b) => a - b);
  return { perSecond: tookMs.length / seconds, p99: tookMs[Math.floor(tookMs.length * 0.99)] ?? Number.NaN };
}

const nameOf = (count: number): string => `c-${(count * 7919) % 1_000_003}-${count}`;

async function ours(): Promise<Subject> {
  await using made = new AsyncDisposableStack();
  const server = made.use(await mortalServer());
  await server.start().listening;
  const session = sessionTo(server.access);
  made.defer(() => session.destroy());
  const filler = "x".repeat(valueBytes - 300);
  const headers = { ":path": "/api/v1/namespaces/default/configmaps", "content-type": "application/json" };
  const owned = made.move();
  return {
    async write(count) {
      const body = Buffer.from(JSON.stringify({ metadata: { name: nameOf(count) }, data: { filler } }));
      const status = await post(session, headers, body);
      if (status !== 201) throw new Error(`a create was answered ${status}`);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const sessionTo = ({ server, ca, certificate }: Access): ClientHttp2Session =>
  connect(server, { ...(ca !== undefined && { ca }), ...certificate });

/** Source: etcdserverpb.KV/Put; a gRPC message is a byte that says "not packed", its length in four, and a PutRequest. */
async function puts({ start }: Etcd): Promise<Subject> {
  const validity = { from: Date.now() - 60_000, to: Date.now() + 3_600_000 };
  const authority = await createAuthority("bench-ca", validity);
  const etcd = await start(await authority.forServer({ name: "etcd" }, ["127.0.0.1"], validity));
  const session = connect(etcd.url, { ca: authority.certificate });
  const headers = { ":path": "/etcdserverpb.KV/Put", "content-type": "application/grpc", te: "trailers" };
  const value = Buffer.alloc(valueBytes, "x");
  return {
    async write(count) {
      const key = Buffer.from(`/registry/configmaps/default/${nameOf(count)}`);
      const request = Buffer.concat([field(1, key), field(2, value)]);
      const head = Buffer.alloc(5);
      head.writeUInt32BE(request.length, 1);
      const status = await post(session, headers, Buffer.concat([head, request]));
      if (status !== 200) throw new Error(`a put was answered ${status}`);
    },
    async [Symbol.asyncDispose]() {
      session.destroy();
      await etcd[Symbol.asyncDispose]();
    },
  };
}

/** A field of bytes. Source: protobuf's encoding; lengths here stay below 2^14. */
const field = (number: number, bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from([(number << 3) | 2, (bytes.length & 0x7f) | 0x80, bytes.length >> 7]), bytes]);

/** Gives the status; a gRPC answer whose trailer says that it failed counts as 500. */
const post = (session: ClientHttp2Session, headers: Readonly<Record<string, string>>, body: Buffer) =>
  new Promise<number>((resolve, reject) => {
    const stream = session.request({ ":method": "POST", ...headers });
    let status = 0;
    stream.on("response", (head) => {
      status = Number(head[":status"]);
    });
    stream.on("trailers", (trailers) => {
      if (Number(trailers["grpc-status"] ?? 0) !== 0) status = 500;
    });
    stream.on("error", reject);
    stream.on("end", () => setImmediate(() => resolve(status)));
    stream.resume();
    stream.end(body);
  });

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
