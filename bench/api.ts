import { generateKeyPairSync, randomInt, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { type ClientHttp2Session, connect } from "node:http2";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { builtIn } from "#api/kinds.ts";
import type { Identity } from "#core/access/identity.ts";
import { isJsonObject } from "#machinery/json.ts";
import { mustCidr } from "#net/cidr.ts";
import { createAuthority } from "#os/pki.ts";
import { type ApiServer, createApiServer } from "#server/api-server.ts";
import type { TokenOptions } from "#server/authentication/token-issuer.ts";
import { bootstrap } from "#server/bootstrap/bootstrap.ts";
import { inProcessTransport } from "#server/connections/in-process.ts";
import { listen } from "#server/connections/listen.ts";
import { openSqliteStore } from "#store/sqlite.ts";
import type { Store } from "#store/store.ts";

const clients = 32;
const seconds = 2;
const rounds = 3;
const listed = 500;
/** What one object weighs, about, as it is stored. */
const valueBytes = 2048;

export interface ApiRow {
  readonly what: string;
  /** Median of the rounds. */
  readonly perSecond: number;
  /** To bare writes of the same size into the same store by as many writers; for reads, to reads in this process. */
  readonly ratio: number;
}

type Subject = { readonly once: (count: number) => Promise<void>; readonly close: () => Promise<void> };
type Open = (store: Store) => Promise<Subject>;

/** Creates and lists a second through the API, in this process and over TLS, beside bare writes into the store, turn by turn in one run. */
export async function run(): Promise<readonly ApiRow[]> {
  const subjects: readonly (readonly [what: string, open: Open])[] = [
    ["store: bare creates", bareStore],
    ["ConfigMaps created in process", (store) => creating(store, inProcess, configMaps)],
    ["Pods created in process", (store) => creating(store, inProcess, pods)],
    ["Services created in process", (store) => creating(store, inProcess, services)],
    ["ConfigMaps, in process, by a role", (store) => creating(store, inProcessByRole, configMaps)],
    ["ConfigMaps created over TLS", (store) => creating(store, overTls, configMaps)],
    ["ConfigMaps, TLS, token and role", (store) => creating(store, overTlsByToken, configMaps)],
    [`lists of ${listed} in process`, (store) => listing(store, inProcess)],
    [`lists of ${listed} over TLS`, (store) => listing(store, overTls)],
    [`lists of ${listed}, TLS, token and role`, (store) => listing(store, overTlsByToken)],
  ];
  const measured = new Map<string, number[]>(subjects.map(([what]) => [what, []]));
  for (let round = 0; round < rounds; round++)
    for (const [what, open] of subjects) measured.get(what)?.push(await measure(open));
  const medians = [...measured].map(([what, values]) => ({ what, perSecond: median(values) }));
  const rateOf = (name: string) => medians.find(({ what }) => what === name)?.perSecond ?? Number.NaN;
  return medians.map(({ what, perSecond }) => {
    const peer = what.startsWith("lists") ? `lists of ${listed} in process` : "store: bare creates";
    const ratio = perSecond / rateOf(peer);
    console.log(`api: ${what.padEnd(32)} ${perSecond.toFixed(0).padStart(6)}/s, ratio ${ratio.toFixed(2)}`);
    return { what, perSecond, ratio };
  });
}

async function measure(open: Open): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "portolan-bench-api-"));
  const store = openSqliteStore(join(folder, "store.db"));
  const subject = await open(store);
  try {
    const begin = performance.now();
    let count = 0;
    const client = async (): Promise<void> => {
      while (performance.now() - begin < seconds * 1000) await subject.once(count++);
    };
    await Promise.all(Array.from({ length: clients }, client));
    return (count / (performance.now() - begin)) * 1000;
  } finally {
    await subject.close();
    await store.close();
    rmSync(folder, { recursive: true });
  }
}

async function bareStore(store: Store): Promise<Subject> {
  const once = async (count: number): Promise<void> => {
    const key = `/registry/core/configmaps/default/c-${(count * 7919) % 1_000_003}-${count}`;
    const written = await store.write({ key, value: new Uint8Array(valueBytes).fill(97), expect: 0 });
    if (written.kind !== "done") throw new Error(`${key} exists already`);
  };
  return { once, close: async () => {} };
}

/** Sends one request; gives the status, and the length of the body once it is all there. */
type Ask = (method: "GET" | "POST", path: string, body?: string) => Promise<readonly [status: number, length: number]>;
type Way = (server: ApiServer) => Promise<{ readonly ask: Ask; readonly close: () => Promise<void> }>;

const filler = "x".repeat(valueBytes - 300);
interface Sketch {
  readonly plural: string;
  readonly draft: (name: string) => object;
}
const configMaps: Sketch = { plural: "configmaps", draft: (name) => ({ metadata: { name }, data: { filler } }) };
const pods: Sketch = {
  plural: "pods",
  draft: (name) => ({
    metadata: { name, labels: { app: "web" }, annotations: { filler: filler.slice(900) } },
    spec: { containers: [{ name: "main", image: "nginx", ports: [{ containerPort: 80 }] }] },
  }),
};
const services: Sketch = {
  plural: "services",
  draft: (name) => ({
    metadata: { name, annotations: { filler: filler.slice(500) } },
    spec: { selector: { app: "web" }, ports: [{ port: 80, targetPort: 8080 }] },
  }),
};

async function creating(store: Store, way: Way, { plural, draft }: Sketch): Promise<Subject> {
  const { ask, close } = await opened(store, way);
  const path = `/api/v1/namespaces/default/${plural}`;
  const once = async (count: number): Promise<void> => {
    const [status] = await ask("POST", path, JSON.stringify(draft(`c-${(count * 7919) % 1_000_003}-${count}`)));
    if (status !== 201) throw new Error(`a create was answered ${status}`);
  };
  return { once, close };
}

async function listing(store: Store, way: Way): Promise<Subject> {
  const { ask, close } = await opened(store, way);
  const path = "/api/v1/namespaces/default/configmaps";
  await Promise.all(
    Array.from({ length: listed }, (_, i) => ask("POST", path, JSON.stringify(configMaps.draft(`c-${i}`)))),
  );
  const once = async (): Promise<void> => {
    const [status, length] = await ask("GET", `${path}?limit=${listed}`);
    if (status !== 200 || length < listed * filler.length)
      throw new Error(`a list was answered ${status}, ${length} bytes`);
  };
  return { once, close };
}

const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const issuer = "https://kubernetes.default.svc.cluster.local";
const tokens: TokenOptions = {
  issuers: [issuer],
  audiences: [issuer],
  signingKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  publicKeys: [],
  jwksUri: `${issuer}/openid/v1/jwks`,
};
const administrator: Identity = { user: "bench", groups: ["system:masters"] };

async function opened(store: Store, way: Way): ReturnType<Way> {
  const serviceRange = mustCidr("10.96.0.0/12");
  const nodePortRange = { first: 30_000, last: 32_767 };
  const server = await createApiServer({
    catalogue: builtIn,
    store,
    now: Date.now,
    chance: { uuid: randomUUID, number: (below) => randomInt(below) },
    options: { gitVersion: "v1.36.0", serviceRanges: [serviceRange], nodePortRange, kubelet: undefined, tokens },
    report: (fault) => console.error(fault),
  });
  await bootstrap(inProcessTransport(server, administrator), {
    apiAddress: "192.0.2.1",
    apiPort: 6443,
    loadBalancerBlocks: [],
    serviceRange,
    serviceRanges: [serviceRange],
  });
  // What pods run as: where controllers are, they make it.
  const asked = { method: "POST", path: "/api/v1/namespaces/default/serviceaccounts", headers } as const;
  await inProcessTransport(server, administrator).send({
    ...asked,
    body: JSON.stringify({ metadata: { name: "default" } }),
  });
  const { ask, close } = await way(server);
  return {
    ask,
    close: async () => {
      await close();
      server.close();
    },
  };
}

const headers = { "content-type": "application/json" };

const inProcess: Way = (server) => inProcessAs(server, administrator);

/** Nobody special: what is asked is allowed by a role, looked up each time. */
const inProcessByRole: Way = async (server) => {
  await giveRole(server);
  return inProcessAs(server, { user: account, groups: ["system:serviceaccounts", "system:authenticated"] });
};

async function inProcessAs(server: ApiServer, identity: Identity): ReturnType<Way> {
  const transport = inProcessTransport(server, identity);
  const ask: Ask = async (method, path, body) => {
    const answer = await transport.send({ method, path, headers, body });
    return [answer.status, (await answer.text()).length];
  };
  return { ask, close: async () => transport.close() };
}

const account = "system:serviceaccount:default:bench";

/** An account that may edit its namespace, as most programs in pods may; gives a token of it. */
async function giveRole(server: ApiServer): Promise<string> {
  const namespace = "namespaces/default";
  const transport = inProcessTransport(server, administrator);
  const post = async (path: string, body: object): Promise<unknown> => {
    const told = await transport.send({ method: "POST", path, headers, body: JSON.stringify(body) });
    if (told.status !== 201) throw new Error(`${path} was answered ${told.status}: ${await told.text()}`);
    return JSON.parse(await told.text());
  };
  const metadata = { name: "bench" };
  await post(`/api/v1/${namespace}/serviceaccounts`, { metadata });
  await post(`/apis/rbac.authorization.k8s.io/v1/${namespace}/rolebindings`, {
    metadata,
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "edit" },
    subjects: [{ kind: "ServiceAccount", namespace: "default", name: "bench" }],
  });
  const made = await post(`/api/v1/${namespace}/serviceaccounts/bench/token`, { spec: {} });
  const status = isJsonObject(made) && isJsonObject(made.status) ? made.status : {};
  return String(status.token);
}

/** The client shares the server's core: the figure is of both. */
const overTls: Way = (server) => overTlsWith(server, undefined);
const overTlsByToken: Way = async (server) => overTlsWith(server, await giveRole(server));

async function overTlsWith(server: ApiServer, token: string | undefined): ReturnType<Way> {
  const validity = { from: Date.now() - 60_000, to: Date.now() + 3_600_000 };
  const authority = await createAuthority("bench-ca", validity);
  const serving = await authority.forServer({ name: "bench" }, ["127.0.0.1"], validity);
  const client = await authority.forClient({ name: "bench", organizations: ["system:masters"] }, validity);
  const listener = await listen(server, { address: "127.0.0.1", port: 0, serving, clientCa: authority.certificate });
  const shown = token === undefined ? { cert: client.certificate, key: client.key } : {};
  const credentials = { ca: authority.certificate, ...shown };
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const session = connect(`https://127.0.0.1:${listener.port}`, credentials);
  return {
    ask: (method, path, body) => askOver(session, { method, path, body, authorization }),
    close: async () => {
      session.destroy();
      await listener.close();
    },
  };
}

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: string | undefined;
  readonly authorization: { readonly authorization?: string };
}

const askOver = (session: ClientHttp2Session, { method, path, body, authorization }: Asked) =>
  new Promise<readonly [number, number]>((resolve, reject) => {
    const length = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
    const stream = session.request({ ":method": method, ":path": path, ...headers, ...length, ...authorization });
    let [status, received] = [0, 0];
    stream.on("response", (head) => {
      status = Number(head[":status"]);
    });
    stream.on("data", (chunk: Uint8Array) => {
      received += chunk.length;
    });
    stream.on("end", () => resolve([status, received]));
    stream.on("error", reject);
    stream.end(body);
  });

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
