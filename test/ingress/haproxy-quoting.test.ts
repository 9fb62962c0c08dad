import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import type { Route } from "#core/routes/route-table.ts";
import { freePort } from "../harness/cluster.ts";
import { seeded } from "../harness/seeded.ts";
import { echoing } from "./endpoints.ts";
import { withHaproxy } from "./lone-frontend.ts";
import { said, servePlan } from "./planned-haproxy.ts";
import { backendOf, routeOf, tableOf } from "./table.ts";

const random = seeded(27);
const upTo = (count: number) => Math.floor(random() * count);
const special = "'\"\\ #$%{}[](),;|&<>*?!~`=:@-";
const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));
const values = [
  ...printable.flatMap((one) => [`a${one}b`, `a${one}${one}b`]),
  ...Array.from({ length: 200 }, () =>
    Array.from({ length: 1 + upTo(12) }, () => special[upTo(special.length)] ?? "")
      .join("")
      .trim(),
  ).filter((text) => text !== ""),
  ...printable.filter((one) => one !== " "),
];

test("HAProxy says in headers, and compares with headers, the very bytes that a route has", withHaproxy, async () => {
  const port = await freePort();
  await using stack = new AsyncDisposableStack();
  const pod = stack.adopt(await echoing("web"), (one) => one.close());
  const routes = values.map(
    (value, index): Route => ({
      ...routeOf({
        path: `/${index}`,
        to: "web",
        filters: { responseHeaders: { remove: [], set: [{ name: "x-said", value }], add: [] } },
      }),
      match: {
        path: { kind: "prefix", value: `/${index}` },
        headers: [{ name: "x-asked", kind: "exact", value }],
        query: [],
        cookies: [],
      },
    }),
  );
  const table = tableOf(routes, [backendOf("web", [pod.port])]);
  stack.use(await servePlan({ ...table, listeners: table.listeners.map((listener) => ({ ...listener, port })) }));
  for (const [index, value] of values.entries()) {
    const head = (asked: string) =>
      `GET /${index} HTTP/1.1\r\nhost: a\r\nconnection: close\r\nx-asked: ${asked}\r\n\r\n`;
    const answer = await said(connect(port, "127.0.0.1"), head(value));
    assert.equal(/^x-said: (.*)\r$/m.exec(answer)?.[1], value, answer.slice(0, 300));
    assert.equal((await said(connect(port, "127.0.0.1"), head(`${value}x`))).slice(9, 12), "404");
  }
});
