import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { eventually } from "../harness/eventually.ts";
import { seeded } from "../harness/seeded.ts";
import { programmed, saidBy, startLoneProxy } from "./lone-proxy.ts";
import { type Session, sliceOf, startSession } from "./session-client.ts";
import { makeWorld, nodeHost, type World } from "./world.ts";

const [pod, otherPod, client, outside] = ["10.244.0.7", "10.244.0.8", "10.244.0.5", "192.0.2.9"];
const skip = process.getuid?.() === 0 ? false : "needs root: it makes network namespaces";

suite("portolan proxy", { skip, timeout: 120_000 }, () => {
  let world: World;
  let session: Session;
  let folder: string;
  let proxy: ChildProcess;

  const start = (...flags: readonly string[]) =>
    startLoneProxy({ namespace: world.node, kubeconfig: join(folder, "kubeconfig") }, ...flags);
  const stop = async (child: ChildProcess) => {
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    assert.deepEqual(await ended, [0, null]);
  };
  /** Asks from the node itself. */
  const page = async (url: string) => {
    const script = `const r = await fetch(${JSON.stringify(url)}); console.log(r.status + " " + await r.text())`;
    return (await world.exec(process.execPath, "--input-type=module", "-e", script)).trim();
  };
  const meets = (from: string, to: string, port: number) => world.ask(from, { protocol: "TCP", to, port });

  before(async () => {
    world = await makeWorld();
    folder = await mkdtemp(join(tmpdir(), "portolan-proxy-"));
    session = startSession(world.node, "nftables");
    await session.program.ask({ kubeconfig: join(folder, "kubeconfig") });
    await session.makeNode();
    await session.create({ name: "web", address: "10.96.9.1", endpoints: [pod], nodePort: 30_901 });
    proxy = start();
    await programmed(proxy);
  });
  after(async () => {
    proxy.kill("SIGKILL");
    await session.program.kill();
    await world[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  test("serves cluster IPs to pods and node ports to everybody, from a kubeconfig alone", async () => {
    assert.deepEqual(await meets(client, "10.96.9.1", 80), [`${pod} 8080 ${client}`]);
    assert.deepEqual(await meets(outside, nodeHost.ipv4, 30_901), [`${pod} 8080 ${nodeHost.ipv4}`]);
  });

  test("node ports answer on the node's own localhost, TCP and UDP, without route_localnet", async () => {
    await session.create({ name: "dns", address: "10.96.9.2", endpoints: [pod], nodePort: 30_902, protocol: "UDP" });
    const localhost = { to: "127.0.0.1" } as const;
    await eventually(
      "the TCP port answers",
      async () => (await meets(nodeHost.ipv4, "127.0.0.1", 30_901))[0]?.startsWith(pod),
      { seconds: 10 },
    );
    const udp = () => world.ask(nodeHost.ipv4, { ...localhost, protocol: "UDP", port: 30_902, patienceMs: 300 });
    await eventually("the UDP port answers", async () => (await udp())[0]?.startsWith(`${pod} 8080`), { seconds: 10 });
    assert.match(await world.exec("sysctl", "net.ipv4.conf.all.route_localnet"), /= 0/);
  });

  test("/healthz, /livez, /metrics and /proxyMode answer as kube-proxy's do", async () => {
    assert.match(
      await page("http://127.0.0.1:10256/healthz"),
      /^200 \{"lastUpdated": ".*","currentTime": ".*", "nodeEligible": true\}$/,
    );
    assert.match(await page("http://127.0.0.1:10256/livez"), /^200 /);
    assert.equal(await page("http://127.0.0.1:10249/proxyMode"), "200 nftables");
    assert.match(
      await page("http://127.0.0.1:10249/metrics"),
      /^kubeproxy_sync_proxy_rules_duration_seconds_count [1-9]/m,
    );
    assert.match(
      await page("http://127.0.0.1:10249/metrics"),
      /^kubeproxy_sync_proxy_rules_service_changes_total [1-9]/m,
    );
  });

  test("/healthz says 503 while the node is about to be removed; /livez doesn't mind", async () => {
    const taints = [{ key: "ToBeDeletedByClusterAutoscaler", effect: "NoSchedule" }];
    const spec = async (wanted: object) =>
      session.send("PUT", "/api/v1/nodes/node-1", { metadata: { name: "node-1" }, spec: wanted });
    await spec({ taints });
    await eventually("unhealthy", async () => (await page("http://127.0.0.1:10256/healthz")).startsWith("503"), {
      seconds: 10,
    });
    assert.match(await page("http://127.0.0.1:10256/livez"), /^200 /);
    await spec({});
    await eventually("healthy", async () => (await page("http://127.0.0.1:10256/healthz")).startsWith("200"), {
      seconds: 10,
    });
  });

  test("a health check node port counts the node's endpoints, and goes with its Service", async () => {
    const spec = {
      type: "LoadBalancer",
      externalTrafficPolicy: "Local",
      healthCheckNodePort: 30_999,
      ports: [{ port: 80, targetPort: 8080 }],
    };
    await session.create({ name: "local", address: "10.96.9.3", endpoints: [] });
    await session.send("PUT", "/api/v1/namespaces/default/services/local", { metadata: { name: "local" }, spec });
    const ask = () => page(`http://${nodeHost.ipv4}:30999/`);
    await eventually("no endpoint is here", async () => (await ask()).startsWith("503"), { seconds: 10 });
    await session.send("PUT", slicePath("local"), sliceOf("local", [pod, otherPod], "TCP"));
    await eventually("two endpoints are here", async () => (await ask()).startsWith("200"), { seconds: 10 });
    assert.match(await ask(), /"localEndpoints": 2,/);
    await session.send("DELETE", "/api/v1/namespaces/default/services/local");
    await eventually(
      "the port is closed",
      () =>
        ask().then(
          () => false,
          () => true,
        ),
      { seconds: 10 },
    );
  });

  test("a node port that a process of the node has is told in an event that names the process", async () => {
    const holder = spawn("ip", [
      "netns",
      "exec",
      world.node,
      process.execPath,
      "-e",
      "net.createServer().listen(30905)",
    ]);
    await eventually(
      "the port is taken",
      async () => (await meets(nodeHost.ipv4, nodeHost.ipv4, 30_905))[0] !== "ECONNREFUSED",
      { seconds: 10 },
    );
    await session.create({ name: "taken", address: "10.96.9.5", endpoints: [pod], nodePort: 30_905 });
    const events = async () =>
      (await session.send("GET", "/api/v1/namespaces/default/events")).text.includes(`process ${holder.pid} (`);
    await eventually("an event names the process", events, { seconds: 10 });
    assert.deepEqual(await meets(outside, nodeHost.ipv4, 30_905), [`${pod} 8080 ${nodeHost.ipv4}`]);
    holder.kill("SIGKILL");
    await eventually(
      "localhost answers when the process has gone",
      async () => (await meets(nodeHost.ipv4, "127.0.0.1", 30_905))[0]?.startsWith(pod),
      { seconds: 30 },
    );
  });

  test("killed -9 in the middle of changes, again and again: no connection fails, and the rules come out right", async () => {
    const [random, names] = [seeded(7), Array.from({ length: 200 }, (_, n) => `churned-${n}`)];
    const addressOf = (n: number) => `10.96.20.${n + 1}`;
    let killed = false;
    const asking = (async () => {
      const said: string[] = [];
      while (!killed)
        said.push(...(await world.ask(client, { protocol: "TCP", to: "10.96.9.1", port: 80, times: 50, together: 2 })));
      return new Set(said);
    })();
    const changing = (async () => {
      for (const [n, name] of names.entries())
        await session.create({ name, address: addressOf(n), endpoints: [n % 2 === 0 ? pod : otherPod] });
    })();
    for (let kill = 0; kill < 5; kill++) {
      await pause(random() * 150); // in the middle of something, wherever that is
      const ended = once(proxy, "exit");
      proxy.kill("SIGKILL");
      await ended;
      proxy = start();
      await programmed(proxy);
    }
    await changing;
    const wanted = names.map((_, n) => addressOf(n));
    await eventually(
      "every Service is served",
      async () => {
        const map = await world.exec("nft", "list", "map", "inet", "portolan", "services4");
        return wanted.every((address) => map.includes(`${address} . tcp . 80`));
      },
      { seconds: 20 },
    );
    killed = true;
    assert.deepEqual(await asking, new Set([`${pod} 8080 ${client}`]));
    const met = await Promise.all([3, 4, 100, 199].map((n) => meets(client, addressOf(n), 80)));
    assert.deepEqual(
      met.map(([one]) => one?.split(" ")[0]),
      [otherPod, pod, pod, otherPod],
    );
  });

  test("leaves its rules when it ends, takes them over when it starts, and --cleanup takes them away", async () => {
    await stop(proxy);
    assert.deepEqual(await meets(client, "10.96.9.1", 80), [`${pod} 8080 ${client}`]);
    proxy = start();
    await programmed(proxy);
    assert.deepEqual(await meets(client, "10.96.9.1", 80), [`${pod} 8080 ${client}`]);
    await stop(proxy);
    const cleaning = start("--cleanup");
    assert.deepEqual(await once(cleaning, "exit"), [0, null]);
    assert.doesNotMatch(await world.exec("nft", "list", "tables"), /portolan/);
  });

  test("a machine that is no node is told so, with the flag that helps", async () => {
    const child = start("--hostname-override", "nobody");
    const [said, [code]] = await Promise.all([saidBy(child), once(child, "exit")]);
    assert.equal(code, 1);
    assert.match(said, /the cluster has no node "nobody"\n.*--hostname-override/s);
  });
});

const slicePath = (name: string) => `/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/${name}-1`;
