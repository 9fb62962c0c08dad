import assert from "node:assert/strict";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Pod } from "#api/core/pod.ts";
import { type Transport, Unreachable } from "#client/transport.ts";
import { podOf } from "#core/pods/specimens.ts";
import { PodTokens } from "#daemons/node/pod-tokens.ts";
import { mountsOf } from "#os/mounts.ts";
import { eventually } from "../harness/eventually.ts";
import { isReady, namespace, obedient, openWorld, shell, type World, whyNot } from "./world.ts";

const seconds = 20;
const token = (path: string, expirationSeconds: number) => ({ serviceAccountToken: { path, expirationSeconds } });
const volumes = [{ name: "api", projected: { sources: [token("token", 3607)] } }];
const volumeMounts = [{ name: "api", mountPath: "/var/run/secrets/own", readOnly: true }];

/** What stands between the agent and the server: it makes tokens short-lived, and can be cut. */
class Between {
  asked = 0;
  isCut = false;

  readonly by = (transport: Transport): Transport => ({
    close: transport.close,
    send: async (request) => {
      if (!request.path.endsWith("/token")) return transport.send(request);
      if (this.isCut) throw new Unreachable(request.path, { cause: undefined });
      this.asked++;
      const answer = await transport.send(request);
      const text = (await answer.text()).replace(/"expirationSeconds":3607/, '"expirationSeconds":2');
      return { ...answer, text: async () => text };
    },
  });
}

describe("a pod's token on its node", { skip: whyNot ?? false }, () => {
  const between = new Between();
  let world: World;
  before(async () => {
    world = await openWorld({ by: between.by });
  });
  after(() => world?.[Symbol.asyncDispose]());
  const memory = () => join(world.folder, "volumes", "memory");
  const read = ({ metadata }: Pod) => readFile(join(memory(), metadata.uid, "api", "token"), "utf8");
  const fresh = (pod: Pod, old: string) =>
    eventually("another token", async () => (await read(pod)) !== old && read(pod), { seconds });
  const started = ({ status }: Pod) => status.containerStatuses?.map(({ containerID }) => containerID);

  test("is asked for once, shown to all its containers, and replaced before it ends, also by an agent that starts anew", async () => {
    const containers = ["main", "other"].map((name) => ({ ...shell(name, obedient), volumeMounts }));
    const made = await world.run("web", { containers, volumes });
    const running = await world.when("web", "is ready", isReady);
    const first = await read(made);
    assert.match(first, /^ey[\w-]+\.[\w-]+\.[\w-]+$/);
    assert.equal(between.asked, 1);
    const second = await fresh(made, first);
    await world.restartAgent();
    const third = await fresh(made, second);
    await fresh(made, third);
    assert.deepEqual(started((await world.pod("web")) ?? made), started(running), "nothing was started again");
  });

  test("stays while the server is away, and is replaced when it is back", async () => {
    const made = await world.run("away", { containers: [{ ...shell("main", obedient), volumeMounts }], volumes });
    await world.when("away", "is ready", isReady);
    between.isCut = true;
    const kept = await read(made);
    await eventually("a refusal", () => world.failures.some(({ key }) => key.startsWith(made.metadata.uid)), {
      seconds,
    });
    assert.equal(await read(made), kept);
    between.isCut = false;
    await fresh(made, kept);
  });

  test("keeps a pod waiting that never had one, and says why", async () => {
    between.isCut = true;
    const made = await world.run("waiting", { containers: [{ ...shell("main", obedient), volumeMounts }], volumes });
    const told = await eventually(
      "the refusal",
      () => world.failures.find(({ key }) => key === `${made.metadata.uid} main`)?.fault,
      { seconds },
    );
    assert.match(
      String(told),
      /MountVolume.SetUp failed for volume "api" : failed to fetch token: no API server answers/,
    );
    between.isCut = false;
    await world.when("waiting", "is ready", isReady);
  });

  test("stands in memory, where nobody else of this machine can read it, and goes with the pod", async () => {
    const made = await world.run("leaving", {
      containers: [{ ...shell("main", obedient), volumeMounts }],
      volumes,
      securityContext: { runAsUser: 12345, fsGroup: 23456 },
    });
    await world.when("leaving", "is ready", isReady);
    const { mode, uid, gid } = await stat(join(memory(), made.metadata.uid, "api", "token"));
    assert.deepEqual([(mode & 0o777).toString(8), uid, gid], ["640", 12345, 23456]);
    const mount = (await mountsOf()).find(({ at }) => at === memory());
    assert.equal(mount?.type, "tmpfs");
    assert.equal(((await stat(memory())).mode & 0o777).toString(8), "700");
    await world.pods.delete(namespace, "leaving");
    await world.gone("leaving");
    await eventually("an empty folder", async () => !(await readdir(memory())).includes(made.metadata.uid), {
      seconds,
    });
  });
});

test("a token for ten minutes is replaced after eight; where the server is away it is shown to its end, and not longer", async () => {
  const minute = 60_000;
  let now = Date.parse("2026-01-02T12:00:00Z");
  let isAway = false;
  let asked = 0;
  const tokens = new PodTokens({
    ask: async () => {
      if (isAway) throw new Error("no API server answers");
      return { text: `token-${++asked}`, lifeSeconds: 600 };
    },
    now: () => now,
    random: () => 0,
  });
  const pod = podOf({
    spec: { volumes: [{ name: "api", projected: { defaultMode: 0o644, sources: [token("t", 600)] } }] },
  });
  const shown = async () => [...(await tokens.of(pod)).values()].map((one) => ("text" in one ? one.text : one.refusal));
  assert.deepEqual(await Promise.all([shown(), shown()]), [["token-1"], ["token-1"]]);
  assert.equal(tokens.dueAt(pod), now + 8 * minute);
  now += 8 * minute - 1;
  assert.deepEqual(await shown(), ["token-1"]);
  isAway = true;
  now += 1;
  assert.deepEqual(await shown(), ["token-1"]);
  assert.throws(() => tokens.mustBeFresh("7b1c"), /no API server answers/);
  now += 2 * minute;
  assert.deepEqual(await shown(), ["no API server answers"]);
  isAway = false;
  assert.deepEqual(await shown(), ["token-2"]);
  tokens.mustBeFresh("7b1c");
  tokens.forget("7b1c");
  assert.equal(tokens.dueAt(pod), 0);
});
