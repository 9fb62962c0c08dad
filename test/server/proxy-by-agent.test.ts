import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { pods } from "#api/core/pod.ts";
import { readAs } from "#client/wire.ts";
import { type KubeletApi, startKubeletApi } from "#daemons/node/kubelet-api.ts";
import { asRoot } from "../cluster/as-root.ts";
import { address, ask, core, proxyStage, type Stage, through } from "./proxy-stage.ts";

const never = (): never => {
  throw new Error("not asked for");
};

suite("pods beyond the reach of the API server", asRoot, () => {
  let stage: Stage;
  let agent: KubeletApi;
  before(async () => {
    stage = await proxyStage({ podsByAgents: true });
    const names = ["web", "safe", "dead", "upgrading"];
    const status = { podIP: address, podIPs: [{ ip: address }] };
    const known = names.map((name) =>
      readAs(pods, { metadata: { name, namespace: "default" }, spec: { containers: [{ name: "main" }] }, status }),
    );
    const { certificate: cert, key } = await stage.forAgent("n1");
    agent = await startKubeletApi({
      addresses: [address],
      port: 0,
      tls: { cert, key, ca: stage.ca },
      pods: {
        all: () => known,
        pod: (namespace, name) =>
          known.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name),
        container: never,
        exec: never,
        execAtTerminal: never,
        attach: never,
        sandbox: never,
        connect: never,
      },
    });
    await stage.make("/api/v1/nodes", { metadata: { name: "n1" } });
    await stage.tell("/api/v1/nodes/n1", {
      addresses: [{ type: "InternalIP", address }],
      daemonEndpoints: { kubeletEndpoint: { Port: agent.port } },
    });
    await stage.behind("web", await stage.serves((request, response) => void request.pipe(response)), { node: "n1" });
    const shown = await stage.forServer("safe");
    await stage.behind("safe", await stage.servesTls((_, response) => void response.end("safe"), shown), {
      node: "n1",
    });
    await stage.behind("dead", 9, { node: "n1" });
    await stage.behind("strange", 9, { node: "n1" });
  });
  after(async () => {
    await stage?.[Symbol.asyncDispose]();
    await agent?.close();
  });

  test("they are asked through the agent of their node, in plain text and in TLS", async () => {
    const body = Buffer.alloc(8 << 20, "x");
    const told = await ask(stage.server, { method: "POST", path: through("web"), body });
    assert.deepEqual([told.status, told.text.length], [200, body.length]);
    const safe = await ask(stage.server, { path: `${core}/services/https:safe:http/proxy/` });
    assert.deepEqual([safe.status, safe.text], [200, "safe"]);
  });

  test("an upgrade goes the same way", async () => {
    const agreed = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n";
    const port = await stage.servesBytes((socket) => void socket.once("data", () => socket.write(agreed)));
    await stage.behind("upgrading", port, { node: "n1" });
    const headers = { connection: "Upgrade", upgrade: "chat" };
    const told = await ask(stage.server, { path: through("upgrading"), headers });
    assert.deepEqual([told.status, told.headers.upgrade], [101, "chat"]);
  });

  test("what the agent meets is told as if it had been met here", async () => {
    const told = await ask(stage.server, { path: through("dead") });
    assert.equal(told.status, 503);
    assert.match(told.text, /error trying to reach service: dial tcp 192\.0\.2\.10:9: connect: connection refused/);
    const strange = await ask(stage.server, { path: through("strange") });
    assert.equal(strange.status, 503);
    assert.match(strange.text, /error trying to reach service: pod does not exist/);
  });
});
