import assert from "node:assert/strict";
import { text } from "node:stream/consumers";
import { after, before, describe, test } from "node:test";
import { startCluster, type TestCluster } from "../harness/cluster.ts";
import { eventually } from "../harness/eventually.ts";
import { kubectlsByWire } from "../harness/kubectls.ts";
import { asRoot } from "./as-root.ts";
import { forwarding, opened, received, sent } from "./forwarding.ts";
import { summaryOf } from "./load/counted.ts";
import { farEnd, farPod } from "./load/far-pods.ts";

/** The first that speaks SPDY through a WebSocket is 1.31: one of each kind carries much. */
const carriers: readonly string[] = ["1.30", "1.33"];
/** Each way; 50 MB/s are what TLS leaves on a core. `npm run soak -- forward` asks for a GiB. */
const manyBytes = Number(process.env.PORTOLAN_FORWARD_BYTES ?? 32 << 20);

const refused =
  /an error occurred forwarding \d+ -> 9: error forwarding port 9 to pod [^,]+, uid : failed to connect to localhost:9 inside namespace \\?"[^"]+", IPv4: dial tcp4 127\.0\.0\.1:9: connect: connection refused IPv6 dial tcp6 \[::1\]:9: connect: connection refused/;

const kubectls = await kubectlsByWire();

describe("port-forward by every kubectl", asRoot, () => {
  let cluster: TestCluster;
  before(async () => {
    cluster = await startCluster();
    await cluster.kubectl(["apply", "-f", "-"], { input: farEnd });
    await cluster.kubectl(["rollout", "status", "deploy/far", "--timeout=30s"]);
    await cluster.kubectl(["wait", "--for=condition=Ready", "pod/far-alone", "pod/far-host", "--timeout=30s"]);
  });
  after(() => cluster?.[Symbol.asyncDispose]());

  describe("all at once, with a pod each", { concurrency: 4 }, () => {
    for (const kubectl of kubectls)
      test(`kubectl ${kubectl.version}`, async (t) => {
        const own = `far-${kubectl.version.replace(".", "-")}`;
        await cluster.kubectl(["apply", "-f", "-"], { input: farPod(own) });
        const to = (what: string, ...ports: number[]) => forwarding(cluster, kubectl, [what, ...ports]);

        await t.test("a pod's two ports on its loopback, many connections at once", async () => {
          await using session = await to("pod/far-alone", 9000, 9006);
          const [four, six] = [session.local(9000), session.local(9006)];
          const sizes = Array.from({ length: 8 }, (_, i) => 100_000 * i + i);
          const summaries = sizes.map(summaryOf);
          assert.deepEqual(await Promise.all(sizes.map((bytes) => sent(four, bytes))), summaries);
          assert.deepEqual(await Promise.all(sizes.map((bytes) => received(six, bytes))), summaries);
        });

        await t.test("a Service, a Deployment, a pod on the node's network", async () => {
          for (const [what, port] of [
            ["service/far", 80],
            ["deployment/far", 9000],
            ["pod/far-host", 9000],
          ] as const) {
            await using session = await to(what, port);
            assert.equal(await received(session.local(port), 1000), summaryOf(1000), what);
          }
        });

        await t.test("where nobody listens it says so", async () => {
          await using session = await to("pod/far-alone", 9);
          const socket = await opened(session.local(9));
          assert.equal(await text(socket.end()), "");
          await eventually("it tells why", () => refused.test(session.said()), { seconds: 5 });
        });

        await cluster.kubectl(["wait", "--for=condition=Ready", `pod/${own}`, "--timeout=30s"]);
        const connections = (): Promise<number> => connectionsIn(cluster, own);

        await t.test("killed, it leaves nothing behind in the pod", async () => {
          await using session = await to(`pod/${own}`, 9000);
          const sockets = await Promise.all([1, 2, 3].map(() => opened(session.local(9000))));
          for (const socket of sockets) socket.on("error", () => {}).write("echo\n");
          await eventually("they are open", async () => (await connections()) === 6, { seconds: 5 });
          session.kill("SIGKILL");
          await eventually("they are gone", async () => (await connections()) === 0, { seconds: 5 });
          for (const socket of sockets) socket.destroy();
        });

        await t.test("it ends with its pod", async () => {
          await using session = await to(`pod/${own}`, 9000);
          const socket = await opened(session.local(9000));
          socket.write("echo\n");
          await cluster.kubectl(["delete", "pod", own, "--grace-period=1"]);
          assert.equal(await text(socket), "");
          socket.destroy();
          assert.equal(await session.ended, kubectl.version === "1.20" ? 0 : 1);
          assert.match(session.said(), /lost connection to pod/);
        });
      });
  });

  for (const kubectl of kubectls.filter(({ version }) => carriers.includes(version)))
    test(`kubectl ${kubectl.version}: ${manyBytes} bytes each way arrive as they were`, async () => {
      const expected = summaryOf(manyBytes);
      await using session = await forwarding(cluster, kubectl, ["pod/far-alone", 9000]);
      assert.equal(await received(session.local(9000), manyBytes), expected);
      assert.equal(await sent(session.local(9000), manyBytes), expected);
    });
});

/** Ends of connections at the far end's port, of whatever state but waiting for late packets. */
async function connectionsIn({ kubectl }: TestCluster, pod: string): Promise<number> {
  const { stdout } = await kubectl(["exec", pod, "--", "cat", "/proc/net/tcp"]);
  const ends = stdout.split("\n").filter((line) => line.includes(":2328 "));
  return ends.filter((line) => !/ (06|0A) [0-9A-F]+:/.test(line)).length;
}
