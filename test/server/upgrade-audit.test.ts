import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { after, before, suite, test } from "node:test";
import { asRoot } from "../cluster/as-root.ts";
import { eventually } from "../harness/eventually.ts";
import { spdyHeaders } from "../kubelet/clients.ts";
import { type FakeNode, startFakeNode } from "../kubelet/fake-node.ts";
import { forwardHeaders } from "../kubelet/forward-client.ts";
import type { Listening } from "./listening.ts";
import { type Asked, ask, proxyStage, type Stage, through } from "./proxy-stage.ts";
import { partOf } from "./served.ts";
import { shopOn, shopPods } from "./shop.ts";

let text = "";
const audit = {
  policy: { rules: [{ level: "Metadata" }] },
  sink: {
    append: async (more: string) => {
      text += more;
    },
  },
};
const webSocketHeaders = {
  connection: "Upgrade",
  upgrade: "websocket",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
  "sec-websocket-version": "13",
};

/** Upgrades, goes away at once, and gives what was answered, and `stage code` of each event of that id. */
async function told(server: Listening, asked: Asked, stages: number): Promise<readonly unknown[]> {
  const answer = await ask(server, asked);
  const id = answer.headers["audit-id"];
  const eventsOf = (): readonly unknown[] =>
    text
      .split("\n")
      .filter((line) => line.includes(`"auditID":"${id}"`))
      .map((line): unknown => JSON.parse(line));
  await eventually("all its events", () => eventsOf().length === stages, { seconds: 5 });
  const stage = (event: unknown): string => {
    const code = partOf(event, ["responseStatus", "code"]);
    return `${partOf(event, ["stage"])}${code === undefined ? "" : ` ${code}`}`;
  };
  return [answer.status, ...eventsOf().map(stage), partOf(eventsOf().at(-1), ["objectRef", "subresource"])];
}
const whole = ["RequestReceived", "ResponseStarted 101", "ResponseComplete 101"];

suite("the audit log tells when a stream to a container begins and ends, under the id of its answer", () => {
  let node: FakeNode;
  let server: Listening;
  before(async () => {
    node = await startFakeNode();
    server = await shopOn(node, { audit });
  });
  after(async () => {
    await server[Symbol.asyncDispose]();
    await node.stop();
  });
  const rows: readonly (readonly [
    name: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    subresource: string,
  ])[] = [
    ["exec over SPDY", "exec?command=cat&stdout=true", spdyHeaders, "exec"],
    [
      "exec over a WebSocket",
      "exec?command=cat&stdout=true",
      { ...webSocketHeaders, "sec-websocket-protocol": "v5.channel.k8s.io" },
      "exec",
    ],
    ["attach", "attach?stdout=true", spdyHeaders, "attach"],
    ["port-forward over SPDY", "portforward", forwardHeaders, "portforward"],
    [
      "port-forward over a WebSocket",
      "portforward",
      { ...webSocketHeaders, "sec-websocket-protocol": "SPDY/3.1+portforward.k8s.io" },
      "portforward",
    ],
    ["a log over a WebSocket", "log?follow=true", webSocketHeaders, "log"],
  ];
  for (const [name, path, headers, subresource] of rows)
    test(name, async () => {
      const asked = { method: headers.upgrade === "websocket" ? "GET" : "POST", headers };
      const stages = subresource === "log" ? whole.map((one) => one.replace("101", "200")) : whole;
      assert.deepEqual(await told(server, { ...asked, path: `${shopPods}/web-0/${path}` }, 3), [
        101,
        ...stages,
        subresource,
      ]);
    });
  test("one that is refused has ended", async () =>
    assert.deepEqual(await told(server, { method: "POST", path: `${shopPods}/none/exec`, headers: spdyHeaders }, 2), [
      404,
      "RequestReceived",
      "ResponseComplete 404",
      "exec",
    ]));
});

suite("the same of a proxy", asRoot, () => {
  let stage: Stage;
  before(async () => {
    stage = await proxyStage({ audit });
  });
  after(() => stage?.[Symbol.asyncDispose]());
  test("a WebSocket of an application", async () => {
    const port = await stage.servesBytes((socket: Socket) => {
      socket.on("error", () => {});
      socket.on("data", () =>
        socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"),
      );
    });
    await stage.behind("web", port);
    assert.deepEqual(await told(stage.server, { path: through("web"), headers: webSocketHeaders }, 3), [
      101,
      ...whole,
      "proxy",
    ]);
  });
});
