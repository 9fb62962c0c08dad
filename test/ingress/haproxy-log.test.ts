import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { freePort } from "../harness/cluster.ts";
import { eventually } from "../harness/eventually.ts";
import { echoing } from "./endpoints.ts";
import { withHaproxy } from "./lone-frontend.ts";
import { said, servePlan } from "./planned-haproxy.ts";
import { backendOf, routeOf, tableOf } from "./table.ts";

test("the access log is a line of JSON a request, whatever clients write", withHaproxy, async () => {
  await using stack = new AsyncDisposableStack();
  const pod = stack.adopt(await echoing("web"), (one) => one.close());
  const port = await freePort();
  const table = tableOf([routeOf({ host: "web.example", to: "web" })], [backendOf("web", [pod.port])]);
  const listeners = table.listeners.map((listener) => ({ ...listener, port }));
  const haproxy = stack.use(await servePlan({ ...table, listeners }));
  const ask = (head: string) => said(connect(port, "127.0.0.1"), `${head}\r\nconnection: close\r\n\r\n`);
  await ask(`GET /a"b{}',?c="%22 HTTP/1.1\r\nhost: Web.Example`);
  await ask("GET /x HTTP/1.1\r\nhost: else.example");
  await ask('GET / HTTP/1.1\r\nhost: "bad"');
  await ask('G"ET / HTTP/1.1\r\nhost: web.example');
  await eventually("four lines", () => haproxy.log().length === 4, { seconds: 10 });
  const lines = haproxy.log().map((line): Record<string, unknown> => JSON.parse(line));
  const shown = lines.map(({ client, method, host, target, status, route }) => [
    client,
    method,
    host,
    target,
    status,
    route,
  ]);
  assert.deepEqual(shown, [
    ["127.0.0.1", "GET", "web.example", `/a"b{}',?c="%22`, 200, "default/web#web.example"],
    ["127.0.0.1", "GET", "else.example", "/x", 404, "-"],
    ["127.0.0.1", "GET", "-", "/", 400, "-"],
    ["127.0.0.1", "<BADREQ>", "-", "-", 400, "-"],
  ]);
});
