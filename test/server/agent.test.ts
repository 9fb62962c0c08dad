import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request as httpsRequest } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, test } from "node:test";
import { showKubeconfig } from "#client/kubeconfig.ts";
import { type Finished, run } from "#os/spawn.ts";
import { kubectlsByWire } from "../harness/kubectls.ts";
import { type FakeNode, startFakeNode } from "../kubelet/fake-node.ts";
import { type Listening, listening, validity } from "./listening.ts";

let node: FakeNode;
let server: Listening;
let folder: string;

// Before any test is named: the runner may take a file for done while it waits between two of them.
const kubectls = await kubectlsByWire();

before(async () => {
  node = await startFakeNode();
  server = await listening({
    kubelet: { certificate: node.apiServer.certificate, key: node.apiServer.key, ca: node.ca },
  });
  folder = await mkdtemp(join(tmpdir(), "ptl-agent-"));
  const { port, authority, client, served } = server;
  await writeFile(
    join(folder, "config"),
    showKubeconfig({
      name: "t",
      server: `https://127.0.0.1:${port}`,
      ca: authority.certificate,
      cert: client.certificate,
      key: client.key,
    }),
  );
  await writeFile(
    join(node.folder, "web.log"),
    "2026-11-21T10:00:00.000000000Z stdout F one\n2026-11-21T10:00:01.000000000Z stderr F two\n",
  );
  const containers = ["web", "slow", "pulling", "new"].map((name) => ({ name, image: "i" }));
  const single = [{ name: "web", image: "i" }];
  const made = [
    await served.send("POST", "/api/v1/namespaces", { body: { metadata: { name: "shop" } } }),
    await served.send("POST", "/api/v1/namespaces/shop/serviceaccounts", { body: { metadata: { name: "default" } } }),
    await served.send("POST", "/api/v1/nodes", { body: { metadata: { name: "n1" } } }),
    await served.send("PATCH", "/api/v1/nodes/n1/status", {
      body: {
        status: {
          addresses: [{ type: "InternalIP", address: "127.0.0.1" }],
          daemonEndpoints: { kubeletEndpoint: { Port: node.port } },
        },
      },
      headers: { "content-type": "application/merge-patch+json" },
    }),
    await served.send("POST", "/api/v1/namespaces/shop/pods", {
      body: {
        metadata: { name: "web-0" },
        spec: { nodeName: "n1", containers, initContainers: [{ name: "first", image: "i" }] },
      },
    }),
    await served.send("POST", "/api/v1/namespaces/shop/pods", {
      body: { metadata: { name: "gone" }, spec: { nodeName: "n1", containers: single } },
    }),
    await served.send("POST", "/api/v1/namespaces/shop/pods", {
      body: { metadata: { name: "waiting" }, spec: { containers: single } },
    }),
    await served.send("POST", "/api/v1/namespaces/shop/pods", {
      body: { metadata: { name: "lost" }, spec: { nodeName: "nowhere", containers: single } },
    }),
  ];
  for (const told of made) assert.ok(told.status < 300, told.text);
});
after(async () => {
  await server[Symbol.asyncDispose]();
  await node.stop();
  await rm(folder, { recursive: true });
});

const log = "/api/v1/namespaces/shop/pods/web-0/log";
const refusals: readonly (readonly [path: string, code: number, message: string])[] = [
  [
    log,
    400,
    "a container name must be specified for pod web-0, choose one of: [web slow pulling new] or one of the init containers: [first]",
  ],
  [`${log}?container=c`, 400, "container c is not valid for pod web-0"],
  [
    `${log}?container=web&tailLines=-1`,
    422,
    'PodLogOptions "web-0" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0',
  ],
  ["/api/v1/namespaces/shop/pods/none/log", 404, 'pods "none" not found'],
  ["/api/v1/namespaces/shop/pods/lost/log", 500, 'Internal error occurred: no node "nowhere" is known'],
  [`${log}?container=slow`, 400, 'container "slow" in pod "web-0" is waiting to start: ContainerCreating'],
  ["/api/v1/namespaces/shop/pods/web-0/exec?container=web&command=ls", 400, "Upgrade request required"],
];
for (const [path, code, message] of refusals) {
  test(`refused: ${path}`, async () => {
    const told = await server.served.send("GET", path);
    assert.deepEqual([told.status, told.at("message")], [code, message]);
  });
}

test("a pod without a node has written nothing yet", async () => {
  const told = await server.served.send("GET", "/api/v1/namespaces/shop/pods/waiting/log");
  assert.deepEqual([told.status, told.text], [200, ""]);
});

for (const { version, path } of kubectls) {
  const kubectl = (...words: string[]): Promise<Finished> =>
    run([path, "--kubeconfig", join(folder, "config"), "--cache-dir", folder, "-n", "shop", ...words]);
  const failure = (...words: string[]): Promise<string> =>
    kubectl(...words).then(
      () => "it succeeded",
      (fault: unknown) =>
        typeof fault === "object" && fault !== null && "stderr" in fault ? String(fault.stderr).trim() : String(fault),
    );

  test(`kubectl ${version} reads logs`, async () => {
    assert.equal((await kubectl("logs", "web-0", "-c", "web")).stdout, "one\ntwo\n");
    assert.equal(
      (await kubectl("logs", "web-0", "-c", "web", "--tail=1", "--timestamps")).stdout,
      "2026-11-21T10:00:01.000000000Z two\n",
    );
  });

  test(`kubectl ${version} runs commands: output, input, exit codes, refusals`, async () => {
    assert.deepEqual(
      await kubectl("exec", "web-0", "-c", "web", "--", "sh", "-c", "echo out; echo err >&2").then(
        ({ stdout, stderr }) => [stdout, stderr],
      ),
      ["out\n", "err\n"],
    );
    const echoed = await run(
      [path, "--kubeconfig", join(folder, "config"), "-n", "shop", "exec", "-i", "web-0", "-c", "web", "--", "cat"],
      { input: "abc\n" },
    );
    assert.equal(echoed.stdout, "abc\n");
    assert.match(await failure("exec", "web-0", "-c", "web", "--", "sh", "-c", "exit 7"), /exit code 7/);
    assert.match(
      await failure("exec", "web-0", "-c", "nosuch", "--", "ls"),
      /container nosuch is not valid for pod web-0/,
    );
    assert.match(await failure("exec", "waiting", "--", "ls"), /pod waiting does not have a host assigned/);
  });
}

interface Upgraded {
  readonly status: number;
  readonly text: string;
}

function handshake(
  path: string,
  client: { readonly certificate: string; readonly key: string },
  headers: Readonly<Record<string, string>>,
): Promise<Upgraded> {
  return new Promise((resolve, reject) => {
    const { certificate: cert, key } = client;
    const request = httpsRequest({
      host: "127.0.0.1",
      port: server.port,
      path,
      ca: server.authority.certificate,
      cert,
      key,
      headers,
      agent: false,
    });
    request.on("error", reject);
    request.on("response", async (answer) => resolve({ status: answer.statusCode ?? 0, text: await text(answer) }));
    request.on("upgrade", (answer, socket) => {
      socket.destroy();
      resolve({ status: answer.statusCode ?? 0, text: "" });
    });
    request.end();
  });
}
const webSocket = {
  connection: "Upgrade",
  upgrade: "websocket",
  "sec-websocket-key": "Ej7Br1HXPrAP4Jh2AAu+ew==",
  "sec-websocket-version": "13",
  "sec-websocket-protocol": "v5.channel.k8s.io",
};
const exec = "/api/v1/namespaces/shop/pods/web-0/exec?container=web&command=true&stdout=true";

test("a handshake is no reading: who may not run commands is refused, and nothing else takes an upgrade", async () => {
  assert.equal((await handshake(exec, server.client, webSocket)).status, 101);
  const jane = await server.authority.forClient({ name: "jane" }, validity());
  const refused = await handshake(exec, jane, webSocket);
  assert.equal(refused.status, 403);
  assert.match(refused.text, /User \\"jane\\" cannot create resource \\"pods\/exec\\"/);
  const listed = await handshake("/api/v1/namespaces", server.client, webSocket);
  assert.equal(listed.status, 200, "a list is answered as if nothing else had been asked for");
  assert.equal((await handshake("/healthz", server.client, webSocket)).status, 400);
  assert.equal((await handshake(exec.replace("exec", "attach"), server.client, webSocket)).status, 101);
  const strange = await handshake(exec.replace("exec", "dance"), server.client, webSocket);
  assert.equal(strange.status, 404, "which kubectl words as what the server does not know");
});

test("an agent that isn't there is told of, with its address", async () => {
  const told = await server.served.send("POST", "/api/v1/nodes", { body: { metadata: { name: "dead" } } });
  assert.equal(told.status, 201);
  await server.served.send("PATCH", "/api/v1/nodes/dead/status", {
    body: {
      status: {
        addresses: [{ type: "InternalIP", address: "127.0.0.1" }],
        daemonEndpoints: { kubeletEndpoint: { Port: 1 } },
      },
    },
    headers: { "content-type": "application/merge-patch+json" },
  });
  await server.served.send("POST", "/api/v1/namespaces/shop/pods", {
    body: { metadata: { name: "deaf" }, spec: { nodeName: "dead", containers: [{ name: "web", image: "i" }] } },
  });
  const logs = await server.served.send("GET", "/api/v1/namespaces/shop/pods/deaf/log");
  assert.deepEqual([logs.status, logs.at("reason")], [500, "InternalError"]);
  assert.match(String(logs.at("message")), /https:\/\/127\.0\.0\.1:1\/containerLogs\/shop\/deaf\/web can't be reached/);
  const commands = await handshake(exec.replace("web-0", "deaf"), server.client, webSocket);
  assert.deepEqual([commands.status, JSON.parse(commands.text).reason], [500, "InternalError"]);
});
