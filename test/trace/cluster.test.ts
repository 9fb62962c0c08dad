import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { isJsonObject } from "#machinery/json.ts";
import { startCluster, type TestCluster } from "../harness/cluster.ts";
import { eventually } from "../harness/eventually.ts";

const skip = process.getuid?.() === 0 ? false : "needs root: it brings up a cluster";
const portolan = join(import.meta.dirname, "../../bin/portolan");

interface Row {
  readonly target: string;
  readonly from?: string;
  readonly code: 0 | 1;
  /** Each must be told. */
  readonly tells: readonly RegExp[];
}

const fromClient = { from: "pod/client" } as const;
const rows: readonly Row[] = [
  { target: "svc/web", ...fromClient, code: 0, tells: [/^✓ port +a program listens on .*:8080$/m, /^reaches /m] },
  {
    target: "http://web.default/",
    ...fromClient,
    code: 0,
    tells: [/^✓ name +web\.default \(web\.default\.svc\.cluster\.local\)/m],
  },
  {
    target: "svc/web",
    from: "node/node-1",
    code: 0,
    tells: [/the rules of node node-1 translate it to one of 2 endpoints/],
  },
  { target: "svc/web", code: 1, tells: [/is of type ClusterIP/, /fix: .*spec\.type → NodePort/] },
  {
    target: "svc/wrong-selector",
    ...fromClient,
    code: 1,
    tells: [/fix: Service default\/wrong-selector: spec\.selector\.app → web$/m],
  },
  {
    target: "svc/wrong-port",
    ...fromClient,
    code: 1,
    tells: [/nothing listens on .*:80; the pod listens on 8080$/m, /spec\.ports\[0\]\.targetPort → 8080$/m],
  },
  { target: "svc/wrong-name", ...fromClient, code: 1, tells: [/spec\.ports\[0\]\.targetPort → http$/m] },
  {
    target: "svc/on-loopback",
    ...fromClient,
    code: 1,
    tells: [/listens on port 8080 at 127\.0\.0\.1 alone/, /spec\.containers\[0\]\.args/],
  },
  {
    target: "svc/no-image",
    ...fromClient,
    code: 1,
    tells: [/container main of pod default\/no-image waits: /, /spec\.containers\[0\]\.image/],
  },
  { target: "svc/wbe", ...fromClient, code: 1, tells: [/there is no Service default\/wbe/, /svc\/web$/m] },
  {
    target: "http://shop.example.com/shop",
    code: 0,
    tells: [
      /^✓ name +shop\.example\.com is /m,
      /^✓ rule +Ingress default\/shop serves it: Prefix \/shop of shop\.example\.com$/m,
      /^✓ backend +Service default\/web, port 80: 2 of 2 endpoints get it/m,
      /^✓ answer +a request from this machine was answered 200$/m,
    ],
  },
  { target: "ingress/shop", ...fromClient, code: 0, tells: [/^✓ rule /m, /^reaches Ingress default\/shop$/m] },
  {
    target: "http://shop.example.com/Shop",
    code: 1,
    tells: [
      /answered 404, as the objects have it$/m,
      /fix: Ingress default\/shop: spec\.rules\[0\]\.http\.paths\[0\]\.path → /,
    ],
  },
  {
    target: "http://shop.example.com/nobody",
    code: 1,
    tells: [
      /answered 503, as the objects have it$/m,
      /fix: Service default\/wrong-selector: spec\.selector\.app → web$/m,
    ],
  },
  {
    target: "http://shop.example.com/missing",
    code: 1,
    tells: [/answered 503, as the objects have it$/m, /backend\.service\.name → web$/m],
  },
  {
    target: "http://shop.example.com/a%2fb",
    code: 1,
    tells: [/answered 400, as the objects have it$/m],
  },
  {
    target: "http://tls.example.com/",
    code: 0,
    tells: [
      /the controller sends the client to https:\/\/tls\.example\.com\/ \(308\)$/m,
      /answered 308, as the objects have it$/m,
    ],
  },
  {
    target: "https://tls.example.com/",
    code: 1,
    tells: [/^✗ tls /m, /answered 200$/m, /spec\.tls\[0\]\.secretName → /],
  },
  { target: "ingress/other-class", code: 1, tells: [/spec\.ingressClassName → portolan$/m] },
  { target: "http://web:8080/", ...fromClient, code: 1, tells: [/8080 is its node port|has no port 8080\/TCP/] },
];

suite("on a real cluster", { skip }, () => {
  let cluster: TestCluster;
  before(async () => {
    cluster = await startCluster();
    await cluster.kubectl(["apply", "-f", join(import.meta.dirname, "broken.yaml")]);
    await cluster.kubectl([
      "wait",
      "--for=condition=Ready",
      "--timeout=60s",
      "pod/client",
      "pod/on-loopback",
      "pod/not-http",
    ]);
    await cluster.kubectl(["rollout", "status", "deployment/web", "--timeout=60s"]);
  });
  after(() => cluster[Symbol.asyncDispose]());

  for (const { target, from = "outside", code, tells } of rows)
    test(`${target} from ${from}: ${code === 0 ? "reached" : "the hop that breaks, and what to change"}`, async () => {
      // The last state of a pod, such as how its image can't be had, comes a moment after its first.
      const look = async (): Promise<Said> => {
        const said = await trace(cluster, target, "--from", from);
        assert.equal(said.code, code, said.stdout);
        for (const one of tells) assert.match(said.stdout, one);
        return said;
      };
      assert.equal((await eventually("it is told", look, { seconds: 20 })).stderr, "");
    });

  test("a node port whose program doesn't speak HTTP: a real request is broken off", async () => {
    const { stdout: address } = await cluster.kubectl([
      "get",
      "nodes",
      "-o",
      "jsonpath={.items[0].status.addresses[0].address}",
    ]);
    const { stdout: port } = await cluster.kubectl([
      "get",
      "svc",
      "not-http",
      "-o",
      "jsonpath={.spec.ports[0].nodePort}",
    ]);
    const { code, stdout } = await trace(cluster, `http://${address}:${port}/`);
    assert.equal(code, 1);
    assert.match(stdout, /^✗ answer +the program took the connection and broke it off when HTTP was spoken$/m);
    assert.match(
      (await trace(cluster, `${address}:${port}`)).stdout,
      /^✓ answer +a connection from this machine to .* was taken$/m,
    );
  });

  test("-o json has the hops as values, and --kubeconfig names the cluster", async () => {
    const { code, stdout } = await traceBy([
      "--kubeconfig",
      cluster.kubeconfig,
      "svc/web",
      "--from",
      "pod/client",
      "-o",
      "json",
    ]);
    assert.equal(code, 0);
    const story: unknown = JSON.parse(stdout);
    assert.ok(isJsonObject(story) && Array.isArray(story.hops));
    assert.equal(story.outcome, "passes");
    const kinds = story.hops.map((hop: unknown) => (isJsonObject(hop) ? hop.kind : undefined));
    assert.deepEqual(kinds, ["name", "address", "endpoints", "rules", "pod", "port", "pod", "port"]);
  });
});

interface Said {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const trace = (cluster: TestCluster, ...args: readonly string[]): Promise<Said> =>
  traceBy(["--data-dir", cluster.dataDir, ...args]);

/** Its exit code tells as much as its words. */
function traceBy(args: readonly string[]): Promise<Said> {
  const child = spawn(portolan, ["trace", ...args]);
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name].setEncoding("utf8").on("data", (text: string) => {
      said[name] += text;
    });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, ...said }));
  });
}
