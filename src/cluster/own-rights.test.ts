import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { ClusterFault } from "./faults.ts";
import { OwnRights } from "./own-rights.ts";

/** A server that denies what `denied` names; `rights` follows Services, and tells events. */
function denying(t: TestContext) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const denied = new Set<string>();
  const told: string[] = [];
  const answer = (status: number, message: string) => ({
    status,
    headers: {},
    text: async () => JSON.stringify({ kind: "Status", message, code: status }),
    async *lines() {},
  });
  const refusal = (right: string) => {
    const [verb, resource] = right.split(" ");
    return `${resource} is forbidden: User "system:serviceaccount:shop:robot" cannot ${verb} resource "${resource}" in API group "" at the cluster scope`;
  };
  const server = {
    send: async ({ method, path }: { readonly method: string; readonly path: string }) => {
      const verb = method === "POST" ? "create" : path.includes("watch=true") ? "watch" : "list";
      const right = `${verb} ${path.split(/[/?]/)[3]}`;
      return denied.has(right) ? answer(403, refusal(right)) : answer(200, "");
    },
    close() {},
  };
  const rights = new OwnRights(server, {
    manifest: "deploy/robot",
    isNeeded: ({ verb }) => verb === "list" || verb === "watch",
    lacks: (sentence) => told.push(sentence),
  });
  const gaveUp: unknown[] = [];
  rights.unfit.then((fault) => gaveUp.push(fault));
  const sent = (method: "GET" | "POST", path: string) =>
    rights.transport.send({ method, path: `/api/v1/${path}`, headers: {}, body: undefined });
  return {
    rights,
    denied,
    told,
    list: () => sent("GET", "services"),
    watch: () => sent("GET", "services?watch=true"),
    tell: () => sent("POST", "events"),
    /** Seconds go by: to what it gave up with. */
    async after(seconds: number) {
      t.mock.timers.tick(seconds * 1000);
      await Promise.resolve();
      return gaveUp;
    },
  };
}

test("OwnRights: without a needed right it is unfit at once, and gives up after 10 s", async (t) => {
  const { rights, denied, told, list, after } = denying(t);
  denied.add("list services");
  await list();
  assert.equal(rights.isFit(), false);
  const sentence =
    'may not list services: give ServiceAccount shop/robot the verb "list" on services by a ClusterRole (deploy/robot has all that it needs)';
  assert.deepEqual([told, rights.lacking()], [[sentence], [sentence]]);
  assert.deepEqual(await after(9.9), []);
  const [fault, ...others] = await after(0.2);
  assert.deepEqual(others, []);
  assert.ok(fault instanceof ClusterFault);
  assert.deepEqual(
    [fault.code, fault.message, fault.where, fault.fix],
    [
      "RightsMissing",
      "the API server doesn't let it list services",
      "ServiceAccount shop/robot",
      "apply the roles and bindings of deploy/robot",
    ],
  );
});

test("OwnRights: who could list all, but may not watch it, can't go on either", async (t) => {
  const { rights, denied, list, watch, after } = denying(t);
  denied.add("watch services");
  await list();
  rights.begun();
  await watch();
  assert.equal(rights.isFit(), false);
  assert.equal((await after(10.1)).length, 1);
});

test("OwnRights: a right that comes in time is as good as one that was always there", async (t) => {
  const { rights, denied, list, after } = denying(t);
  denied.add("list services");
  await list();
  await after(5);
  denied.clear();
  await list();
  rights.begun();
  assert.equal(rights.isFit(), true);
  assert.deepEqual(await after(60), []);
});

test("OwnRights: what is taken away from one that has begun is told, and stops nothing", async (t) => {
  const { rights, denied, told, list, watch, after } = denying(t);
  await list();
  rights.begun();
  await after(10.1);
  denied.add("watch services").add("list services");
  await watch();
  await list();
  assert.equal(told.length, 2);
  assert.deepEqual([rights.isFit(), await after(600)], [true, []]);
});

test("OwnRights: a right that isn't needed is told, and done without", async (t) => {
  const { rights, denied, told, tell, after } = denying(t);
  denied.add("create events");
  await tell();
  await tell();
  assert.deepEqual([told.length, rights.isFit(), await after(60)], [1, true, []]);
});
