import assert from "node:assert/strict";
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { serviceAccounts } from "#api/core/service-account.ts";
import { builtIn } from "#api/kinds.ts";
import { resourceClient } from "#client/resource.ts";
import type { Identity } from "#core/access/identity.ts";
import type { KindCatalogue } from "#machinery/catalogue.ts";
import { mustCidr } from "#net/cidr.ts";
import { type ApiServer, createApiServer } from "#server/api-server.ts";
import type { OidcOptions } from "#server/authentication/oidc/oidc-tokens.ts";
import type { TokenOptions } from "#server/authentication/token-issuer.ts";
import { bootstrap } from "#server/bootstrap/bootstrap.ts";
import { inProcessTransport } from "#server/connections/in-process.ts";
import type { KubeletCredentials, ServerOptions } from "#server/environment.ts";
import { type Answer, gathered, heldBody } from "#server/exchange.ts";
import type { InFlightLimits } from "#server/fairness/fairness.ts";
import type { SharingOptions } from "#server/sharing/share-url.ts";
import { openMemoryStore } from "#store/memory.ts";
import type { Store } from "#store/store.ts";
import { seeded } from "../harness/seeded.ts";

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
  /** A part of the JSON answer: `at("items", 0, "metadata", "name")`; undefined where there is none. */
  readonly at: (...path: readonly (string | number)[]) => unknown;
}

export const serviceRange = mustCidr("10.96.0.0/12");

export interface ServeOptions {
  /** The kinds that are built in, where it isn't said. */
  readonly catalogue?: KindCatalogue;
  readonly random?: () => number;
  readonly store?: Store;
  readonly kubelet?: KubeletCredentials;
  readonly now?: () => number;
  readonly inFlight?: InFlightLimits;
  /** A minute where it isn't said. */
  readonly bodyMilliseconds?: number;
  readonly audit?: NonNullable<ServerOptions["audit"]>;
  /** A minute where it isn't said. */
  readonly bookmarkEveryMs?: number;
  readonly legacyProxyPaths?: boolean;
  readonly podsByAgents?: boolean;
  /** The first block of Service addresses, where it isn't the usual one. */
  readonly serviceRange?: string;
  /** How tokens of service accounts are made; by a key of its own, where it isn't said. */
  readonly tokens?: TokenOptions;
  readonly oidc?: OidcOptions;
  readonly sharing?: SharingOptions;
  /** What the server tells of, where it isn't to be none. */
  readonly report?: (fault: unknown) => void;
  /** Blocks of Service addresses beside the first, of another family. */
  readonly furtherRanges?: readonly string[];
}

export const issuer = "https://kubernetes.default.svc.cluster.local";

/** As a cluster without settings has them. */
export const ownTokens = (signingKey = newKey("P-256")): TokenOptions => ({
  issuers: [issuer],
  audiences: [issuer],
  signingKey,
  publicKeys: [],
  jwksUri: "https://127.0.0.1:6443/openid/v1/jwks",
});

/** PEM: a key to sign with. */
export const newKey = (namedCurve: string): string =>
  generateKeyPairSync("ec", { namedCurve }).privateKey.export({ type: "pkcs8", format: "pem" }).toString();

export async function serve(options: ServeOptions = {}): Promise<Served> {
  const {
    catalogue = builtIn,
    random = seeded(1),
    store = openMemoryStore(),
    kubelet,
    now = Date.now,
    furtherRanges = [],
    tokens = ownTokens(),
    bookmarkEveryMs = 60_000,
    legacyProxyPaths = true,
    podsByAgents = false,
  } = options;
  const firstRange = options.serviceRange === undefined ? serviceRange : mustCidr(options.serviceRange);
  const faults: unknown[] = [];
  const serviceRanges = [firstRange, ...furtherRanges.map(mustCidr)];
  const server = await createApiServer({
    catalogue,
    store,
    now,
    chance: { uuid: randomUUID, number: (below) => Math.floor(random() * below) },
    options: {
      gitVersion: "v1.36.0",
      serviceRanges,
      nodePortRange: { first: 30_000, last: 32_767 },
      kubelet,
      tokens,
      bookmarkEveryMs,
      legacyProxyPaths,
      podsByAgents,
      ...(options.inFlight && { inFlight: options.inFlight }),
      ...(options.bodyMilliseconds !== undefined && { bodyMilliseconds: options.bodyMilliseconds }),
      ...(options.sharing && { sharing: options.sharing }),
      ...(options.oidc && { oidc: options.oidc }),
      ...(options.audit && { audit: options.audit }),
    },
    report: options.report ?? ((fault) => faults.push(fault)),
  });
  const foundation = {
    apiAddress: "192.0.2.1",
    apiPort: 6443,
    loadBalancerBlocks: [],
    serviceRange: firstRange,
    serviceRanges,
  };
  server.sharing.book.attach(openDoor);
  const transport = inProcessTransport(server, administrator);
  await bootstrap(transport, foundation);
  await withAccount({ server }, "default");
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

/** Links are taken as where a door serves them: there is none here. */
const openDoor = { changed: () => {}, open: async () => undefined };

/** Makes the account that pods of a namespace run as: its controller does not run here. */
export const withAccount = ({ server }: Pick<Served, "server">, namespace: string): Promise<unknown> =>
  resourceClient(inProcessTransport(server, administrator), serviceAccounts).apply(namespace, "default", {
    object: { metadata: { name: "default" } },
    by: "tester",
  });

/** Makes an object, as an administrator. */
export async function make(served: Served, path: string, body: object): Promise<Told> {
  const told = await served.send("POST", path, { body });
  assert.equal(told.status, 201, told.text);
  return told;
}

interface Sending {
  readonly method: string;
  readonly path: string;
  readonly sent: Sent;
}

async function send(server: ApiServer, { method, path, sent }: Sending): Promise<Told> {
  const { body, headers = {} } = sent;
  const identity = "identity" in sent ? sent.identity : administrator;
  const type = body === undefined ? {} : { "content-type": "application/json" };
  const request = {
    method,
    url: path,
    headers: { ...type, ...headers },
    ...heldBody(bytesOf(body)),
  };
  const answer = await server.handle(request, identity);
  if (answer.kind === "stream") throw new Error(`${method} ${path} gave a stream`);
  const { body: told } = answer.kind === "pieces" ? await gathered(answer) : answer;
  const text = Buffer.from(told).toString();
  const isJson = String(answer.headers["content-type"]).startsWith("application/json");
  const json: unknown = isJson && text !== "" ? JSON.parse(text) : undefined;
  return { status: answer.status, headers: answer.headers, text, at: (...steps) => partOf(json, steps) };
}

function bytesOf(body: unknown): Uint8Array {
  if (body === undefined) return new Uint8Array();
  if (body instanceof Uint8Array) return body;
  return Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
}

/** What stands at the end of a path into JSON; undefined where there is nothing. */
export function partOf(json: unknown, steps: readonly (string | number)[]): unknown {
  return steps.reduce<unknown>((part, step) => {
    if (Array.isArray(part)) return part.at(Number(step));
    return isRecord(part) && Object.hasOwn(part, step) ? part[step] : undefined;
  }, json);
}
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;
