import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { planHaproxy } from "#core/routes/haproxy/make-plan.ts";
import type { PlanHaproxy } from "#core/routes/haproxy/plan.ts";
import { freePort } from "../harness/cluster.ts";
import { echoing } from "./endpoints.ts";
import { withHaproxy } from "./lone-frontend.ts";
import { said, servePlan } from "./planned-haproxy.ts";
import { backendOf, routeOf, tableOf } from "./table.ts";

/** Every request goes the long way. */
const planSlow: PlanHaproxy = (...of) => {
  const plan = planHaproxy(...of);
  const lines = plan.config.split("\n");
  const config = lines.filter((line) => !line.includes("txn.fast")).join("\n");
  assert.notEqual(config, plan.config);
  return { ...plan, config };
};

const hostile = [
  ...["Connection: x-a, close", "Keep-Alive: 5", "HTTP2-Settings: x", "Proxy-Connection: x", "TE: trailers", "X-A: 1"],
  ...["X-Forwarded-For: 6.6.6.6", "X_Forwarded_For: 6.6.6.6", "x-forwarded-anything: x", "Forwarded: for=6.6.6.6"],
  ...[
    "X-Real-IP: 6.6.6.6",
    "X-Scheme: https",
    "x-original-url: /admin",
    "X-Rewrite-URL: /x",
    "True-Client-IP: 6.6.6.6",
  ],
  ...["X-Request-Id: one-of-mine", "Cookie: a=b"],
];
const heads = [
  ...["/", "/a", "/b", "/b/c?d=%2e//..", "/b?", "/b//c", "/a/../b", "/%62", "/else/"].map(
    (target) => `GET ${target} HTTP/1.1\r\nHost: a.example\r\nX-Request-Id: 1`,
  ),
  ...[
    "A.Example",
    "a.example:80",
    "a.example.",
    "a.example#/b/",
    "a.example/b",
    "b.example",
    "*",
    "a.example,b",
    "",
  ].map((host) => `GET /b HTTP/1.1\r\nHost: ${host}\r\nX-Request-Id: 1`),
  `GET http://a.example/b HTTP/1.1\r\nHost: a.example\r\nX-Request-Id: 1`,
  `OPTIONS * HTTP/1.1\r\nHost: a.example\r\nX-Request-Id: 1`,
  `GET /b HTTP/1.1\r\nHost: a.example\r\n${hostile.join("\r\n")}`,
  `DELETE /b HTTP/1.1\r\nHost: a.example\r\nContent-Length: 2\r\nX-Request-Id: 1\r\n\r\nab`,
  `GET /b HTTP/1.0\r\nHost: a.example\r\nX-Request-Id: 1`,
];

/** What the endpoint got, or the answer of HAProxy itself. */
async function answers(planner: PlanHaproxy): Promise<readonly string[]> {
  await using stack = new AsyncDisposableStack();
  const pod = stack.adopt(await echoing("web"), (one) => one.close());
  const port = await freePort();
  const routes = [routeOf({ host: "a.example", path: "/b", to: "web" }), routeOf({ host: "a.example", to: "web" })];
  const table = tableOf(routes, [backendOf("web", [pod.port])]);
  const listeners = table.listeners.map((listener) => ({ ...listener, port }));
  stack.use(await servePlan({ ...table, listeners }, {}, planner));
  const all: string[] = [];
  for (const head of heads) {
    const [first = "", ...more] = head.split("\r\n\r\n");
    const closing = /\r\nConnection:/.test(first) ? first : `${first}\r\nConnection: close`;
    const answer = await said(connect(port, "127.0.0.1"), [closing, more.join("")].join("\r\n\r\n"));
    const [, status = ""] = /^HTTP\/1\.[01] (\d+)/.exec(answer) ?? [];
    all.push(`${status} ${answer.slice(answer.indexOf("\r\n\r\n") + 4)}`.replaceAll(`${port}`, "PORT"));
  }
  return all;
}

test("the few rules for most requests do what all rules do", withHaproxy, async () => {
  const fast = await answers(planHaproxy);
  assert.deepEqual(fast, await answers(planSlow));
  assert.match(fast[0] ?? "", /^200 .*"x-forwarded-for":"127\.0\.0\.1"/);
});
