import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { findRoute } from "#core/routes/match.ts";
import { Chance, type RandomRequest, randomRequest, randomSet } from "#core/routes/random-routes.ts";
import type { Listener, Route, RouteSet, RouteTable } from "#core/routes/route-table.ts";
import { freePort } from "../harness/cluster.ts";
import { seeded } from "../harness/seeded.ts";
import { withHaproxy } from "./lone-frontend.ts";
import { said, servePlan } from "./planned-haproxy.ts";

/** Every route says its own name. */
const named = (route: Route): Route => ({
  ...route,
  to: { kind: "answer", status: 200, because: "PodServes", body: route.id },
});

function tableOf(sets: readonly { readonly set: RouteSet; readonly port: number }[]): RouteTable {
  return {
    listeners: sets.map(
      ({ set, port }): Listener => ({
        ...{ id: `http-${port}`, port, protocol: "HTTP", routes: set.id, trusted: [], acceptsProxyHeader: false },
      }),
    ),
    routeSets: new Map(sets.map(({ set }) => [set.id, set])),
    backends: new Map(),
    certificates: { byHost: new Map(), fallback: undefined },
    passthroughs: new Map(),
    streams: [],
  };
}

async function serving(port: number, { method, host, path, query, headers }: RandomRequest): Promise<string> {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const head = [
    `${method} ${path}?${query} HTTP/1.1`,
    `host: ${host}`,
    "connection: close",
    "content-length: 0",
    ...lines,
  ];
  const answer = await said(connect(port, "127.0.0.1"), `${head.join("\r\n")}\r\n\r\n`);
  const status = answer.slice("HTTP/1.1 ".length, "HTTP/1.1 200".length);
  return status === "200" ? answer.slice(answer.indexOf("\r\n\r\n") + 4) : status;
}

test(
  "of 40 random route sets HAProxy serves every request by the route that the matcher finds",
  withHaproxy,
  async () => {
    const chance = new Chance(seeded(26));
    const sets = [];
    const ports = new Set<number>();
    while (ports.size < 40) ports.add(await freePort());
    for (const [index, port] of [...ports].entries()) {
      const set = randomSet(chance);
      const hosts = [...set.hosts].map(([name, host]) => [name, { ...host, routes: host.routes.map(named) }] as const);
      sets.push({ set: { ...set, id: `set-${index}`, hosts: new Map(hosts) }, port });
    }
    await using _ = await servePlan(tableOf(sets));
    let served = 0;
    for (const [index, { set, port }] of sets.entries()) {
      for (let round = 0; round < 60; round++) {
        const request = randomRequest(chance);
        const expected = findRoute(set, request)?.id ?? "404";
        const context = `set ${index}, ${request.method} ${request.host}${request.path}?${request.query} ${JSON.stringify(request.headers)}`;
        assert.equal(await serving(port, request), expected, context);
        if (expected !== "404") served++;
      }
    }
    assert.ok(served > 700, `only ${served} of 2,400 requests were served`);
  },
);
