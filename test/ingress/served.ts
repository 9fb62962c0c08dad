import assert from "node:assert/strict";
import { type Agent, get } from "node:http";
import { text } from "node:stream/consumers";
import type { TestContext } from "node:test";
import type { RouteTable } from "#core/routes/route-table.ts";
import { type EmbeddedEngine, type EmbeddedOptions, embeddedEngine } from "#daemons/ingress/embedded/engine.ts";
import type { TestEndpoint } from "./endpoints.ts";
import { allOf } from "./table.ts";

/** An embedded engine that serves a test's table. */
export interface Served {
  readonly engine: EmbeddedEngine;
  /** Where `http` is. */
  readonly port: number;
  readonly portOf: (listener: string) => number;
  readonly serve: (table: RouteTable) => Promise<void>;
}

/** An engine on ports of its own that ends with the test. */
export async function served(t: TestContext, table: RouteTable, options: EmbeddedOptions = {}): Promise<Served> {
  const place = { port: 0, host: "127.0.0.1" };
  const engine = embeddedEngine({ placeOf: () => place, streamPlaceOf: () => place, ...options });
  t.after(() => engine.stop({ drainSeconds: 0 }));
  const serve = (next: RouteTable): Promise<void> => engine.serve(next, allOf(next));
  await serve(table);
  const portOf = (listener: string): number => {
    const port = engine.boundAt(listener);
    assert.ok(typeof port === "number", `${listener} is bound to ${port}`);
    return port;
  };
  return { engine, port: table.listeners.some(({ id }) => id === "http") ? portOf("http") : 0, portOf, serve };
}

/** Something that requests are sent to, and that ends with the test. */
export async function endpoint(t: TestContext, made: Promise<TestEndpoint>): Promise<TestEndpoint> {
  const one = await made;
  t.after(() => one.close());
  return one;
}

export interface Got {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

export interface Asking {
  readonly agent?: Agent;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One GET of `web.example`. */
export function ask(port: number, path: string, { agent, headers = {} }: Asking = {}): Promise<Got> {
  const { promise, resolve, reject } = Promise.withResolvers<Got>();
  const all = { host: "web.example", ...headers };
  get({ host: "127.0.0.1", port, path, agent: agent ?? false, headers: all }, async (response) => {
    resolve({ status: response.statusCode ?? 0, body: await text(response), headers: response.headers });
  }).on("error", reject);
  return promise;
}
