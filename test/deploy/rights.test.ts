import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, suite, test } from "node:test";
import { readKubeconfig } from "#client/kubeconfig.ts";
import { startIngressAlone } from "#cluster/ingress-alone.ts";
import { startProxyAlone } from "#cluster/proxy-alone.ts";
import { portolanController } from "#core/routes/route-book.ts";
import { mustCidr } from "#net/cidr.ts";
import { mustIp } from "#net/ip.ts";
import { run } from "#os/spawn.ts";
import { asRoot } from "../cluster/as-root.ts";
import { freePort } from "../harness/cluster.ts";
import { eventually } from "../harness/eventually.ts";
import { listenTo, portolan } from "../harness/machine.ts";
import { moveToOwnNetwork } from "../harness/own-network.ts";
import { backendAt, ingressDeeds, ingressWorld } from "./ingress-deeds.ts";
import {
  type Deed,
  type GivenRight,
  manifestObjects,
  playUntilLacking,
  type RightsStage,
  rightsIn,
  rightsStage,
  sentenceOf,
} from "./rights-stage.ts";

/** Of this machine in a network of its own; no engine sends to 127.0.0.1 itself. */
const here = "192.0.2.77";
const manifests = { ingress: "ingress/portolan-ingress.yaml", proxy: "proxy/portolan-proxy.yaml" };
const account = { ingress: "portolan-system/portolan-ingress", proxy: "kube-system/portolan-proxy" };

interface Played {
  /** What it lacked first. */
  readonly lacked: string | undefined;
  readonly troubles: readonly unknown[];
  readonly refused: readonly string[];
}

/** Runs the controller with the manifest's rights but one. */
async function playIngress(taken: GivenRight | undefined): Promise<Played> {
  await using stage = await rightsStage(await manifestObjects(manifests.ingress), taken);
  const authority = join(stage.kubeconfig, "../authority.crt");
  await writeFile(authority, await ingressWorld(stage, here));
  const [lacked, troubles]: [string[], unknown[]] = [[], []];
  const ports = { http: await freePort(), https: await freePort() };
  const running = await startIngressAlone({
    access: await readKubeconfig(stage.kubeconfig),
    controllers: [portolanController],
    namespace: "",
    publish: { kind: "service", name: account.ingress },
    ports,
    engine: "embedded",
    bindAddress: mustIp("127.0.0.1"),
    stateDir: join(stage.kubeconfig, "../state"),
    status: undefined,
    failed: ({ fault }) => troubles.push(fault),
    lacks: (sentence) => lacked.push(sentence),
  });
  const place = `web.example.com:${ports.https}`;
  const ask = ["curl", "-s", "--cacert", authority, "--resolve", `${place}:127.0.0.1`, `https://${place}/`] as const;
  const web = async () => (await run(ask)).stdout;
  const first = await playUntilLacking(ingressDeeds(stage, web), lacked);
  await running.stop({ graceSeconds: 0, drainSeconds: 0 });
  return { lacked: first, troubles, refused: stage.refused };
}

async function proxyWorld({ apply, merge }: RightsStage): Promise<void> {
  await apply({ apiVersion: "v1", kind: "Node", metadata: { name: "node-1" } });
  await merge("/api/v1/nodes/node-1/status", { status: { addresses: [{ type: "InternalIP", address: here }] } });
  await apply(web([]));
}

const web = (externalIPs: readonly string[]) => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { namespace: "default", name: "web" },
  spec: { clusterIP: "10.96.0.77", ports: [{ port: 80 }], externalIPs },
});

function proxyDeeds({ apply, read }: RightsStage, synced: () => boolean): readonly Deed[] {
  const counted = (times: number) => async () =>
    (await read("/api/v1/namespaces/default/events")).includes(`"count":${times}`);
  // The cluster has no IPv6.
  const strange = () => apply(web(["2001:db8::1"]));
  const rules = async () => (await run(["nft", "list", "table", "inet", "portolan"])).stdout;
  return [
    {
      name: "programs rules",
      provoke: async () => {},
      isDone: async () => synced() && (await rules()).includes("10.96.0.77"),
    },
    { name: "tells what it can't serve", provoke: strange, isDone: counted(1) },
    {
      name: "sees it mended",
      provoke: () => apply(web(["192.0.2.5"])),
      isDone: async () => (await rules()).includes("192.0.2.5"),
    },
    { name: "tells it again", provoke: strange, isDone: counted(2) },
  ];
}

async function playProxy(taken: GivenRight | undefined): Promise<Played> {
  await using stage = await rightsStage(await manifestObjects(manifests.proxy), taken);
  await proxyWorld(stage);
  const [lacked, troubles]: [string[], unknown[]] = [[], []];
  const starting = startProxyAlone({
    access: await readKubeconfig(stage.kubeconfig),
    nodeName: "node-1",
    mode: "nftables",
    clusterCidrs: [mustCidr("10.244.0.0/16")],
    serviceCidrs: [],
    nodePortBlocks: [],
    status: { healthz: [], metrics: [] },
    failed: ({ fault }) => troubles.push(fault),
    lacks: (sentence) => lacked.push(sentence),
  });
  let isSynced = false;
  starting
    .then((running) => running.synced)
    .then(
      () => {
        isSynced = true;
      },
      () => {},
    );
  const first = await playUntilLacking(
    proxyDeeds(stage, () => isSynced),
    lacked,
  );
  // Without its Node it has not begun yet, and gives up with the server.
  if (taken?.resource === "nodes" && taken.verb === "list") await stage[Symbol.asyncDispose]();
  await starting.then(
    (running) => running.stop(),
    () => {},
  );
  return { lacked: first, troubles, refused: stage.refused };
}

const rights = {
  ingress: rightsIn(await manifestObjects(manifests.ingress)),
  proxy: rightsIn(await manifestObjects(manifests.proxy)),
};

suite("rights of the manifests", asRoot, () => {
  before(async () => {
    await moveToOwnNetwork([`${here}/32`]);
  });
  for (const [program, play] of [
    ["ingress", playIngress],
    ["proxy", playProxy],
  ] as const) {
    test(`portolan ${program} does all that it does with those of deploy/${program}`, async () => {
      await using _ = await backendAt(here);
      assert.deepEqual(await play(undefined), { lacked: undefined, troubles: [], refused: [] });
    });
    for (const right of rights[program])
      test(`portolan ${program} ${sentenceOf(right)}: it says so, and who is to get it`, async () => {
        await using _ = await backendAt(here);
        const { lacked = "nothing" } = await play(right);
        assert.ok(lacked.startsWith(`${sentenceOf(right)}`), lacked);
        const { verb, resource } = right;
        assert.ok(
          lacked.includes(`: give ServiceAccount ${account[program]} the verb "${verb}" on ${resource} `),
          lacked,
        );
        assert.ok(lacked.includes(`(deploy/${program} has all that it needs)`), lacked);
      });
  }
  test("without what it follows, a program says so at once, is not ready, and gives up after 10 s with 1", async () => {
    await Promise.all([ingressGivesUp(), proxyGivesUp()]);
  });
  test("a right that comes in time is used", async () => {
    const objects = await manifestObjects(manifests.ingress);
    await using stage = await rightsStage(objects, listing("ingresses"));
    await using ingress = await spawnIngress(stage);
    await eventually("it misses it", () => ingress.heard.complained().includes("may not list ingresses"), within);
    for (const object of objects) if (object.kind === "ClusterRole") await stage.apply(object);
    await eventually("it is ready", async () => (await ingress.readyz()) === "ok\n 200", within);
    ingress.child.kill("SIGTERM");
    assert.equal((await ingress.heard.ended).code, 0);
  });
});

const within = { seconds: 20 };
const listing = (resource: string) => ({ role: "ClusterRole", group: groupOf(resource), resource, verb: "list" });
const groupOf = (resource: string): string => (resource === "nodes" ? "" : "networking.k8s.io");

async function spawnIngress(stage: RightsStage) {
  const [http, https, status] = [await freePort(), await freePort(), await freePort()];
  const child = spawn(
    portolan,
    [
      ...["ingress", "--kubeconfig", stage.kubeconfig, "--engine=embedded", "--bind-address=127.0.0.1"],
      ...[`--http-port=${http}`, `--https-port=${https}`, `--metrics-bind-address=127.0.0.1:${status}`],
      ...["--shutdown-grace-period=0s", "--drain-timeout=1s"],
    ],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  const heard = listenTo(child);
  return {
    child,
    heard,
    readyz: async () => (await run(["curl", "-s", "-w", " %{http_code}", `http://127.0.0.1:${status}/readyz`])).stdout,
    [Symbol.asyncDispose]: async () => void child.kill("SIGKILL"),
  };
}

async function ingressGivesUp(): Promise<void> {
  await using stage = await rightsStage(await manifestObjects(manifests.ingress), listing("ingresses"));
  await using ingress = await spawnIngress(stage);
  const sentence = `may not list ingresses.networking.k8s.io: give ServiceAccount ${account.ingress} the verb "list" on ingresses by a ClusterRole (deploy/ingress has all that it needs)\n`;
  const ready = () => ingress.readyz();
  await eventually("it isn't ready", async () => (await ready()) === `not ready\n${sentence} 503`, within);
  const { code, stderr } = await ingress.heard.ended;
  assert.equal(code, 1);
  const last = "portolan: the API server doesn't let it list ingresses.networking.k8s.io\n";
  const rest = `  where: ServiceAccount ${account.ingress}\n  fix:   apply the roles and bindings of deploy/ingress\n`;
  assert.equal(stderr, `portolan ingress: ${sentence}${last}${rest}`);
}

async function proxyGivesUp(): Promise<void> {
  await using stage = await rightsStage(await manifestObjects(manifests.proxy), listing("nodes"));
  const args = [
    "proxy",
    "--kubeconfig",
    stage.kubeconfig,
    "--cluster-cidr=10.244.0.0/16",
    "--hostname-override=node-1",
  ];
  const { ended } = listenTo(spawn(portolan, args, { stdio: ["ignore", "pipe", "pipe"] }));
  const { code, stderr } = await ended;
  assert.equal(code, 1);
  const sentence = `may not list nodes: give ServiceAccount ${account.proxy} the verb "list" on nodes by a ClusterRole (deploy/proxy has all that it needs)`;
  const last = "portolan: the API server doesn't let it list nodes\n";
  const rest = `  where: ServiceAccount ${account.proxy}\n  fix:   apply the roles and bindings of deploy/proxy\n`;
  assert.equal(stderr, `portolan proxy: ${sentence}\n${last}${rest}`);
}
