import assert from "node:assert/strict";
import { test } from "node:test";
import { type Answer, heldBody, type Outlet } from "#server/exchange.ts";
import { administrator, type Served, serve } from "./served.ts";

const url = "/api/v1/namespaces/default/configmaps?watch=true&resourceVersion=1";

const watch = ({ server }: Served, user: string): Promise<Answer> =>
  server.handle({ method: "GET", url, headers: {}, ...heldBody() }, { ...administrator, user });

/** Runs what it is told to nobody in particular; returns how to leave. */
function run(answer: Answer): () => void {
  assert.ok(answer.kind === "stream");
  const leaving = new AbortController();
  const leave = () => leaving.abort();
  const outlet: Outlet = {
    write: () => 0,
    drained: async () => {},
    waiting: () => 0,
    end: leave,
    cut: leave,
    closed: leaving.signal,
  };
  answer.run(outlet);
  return leave;
}

const most = 2000;

test("10,000 watches of one user at once are 2,000, and 429 for the rest; others watch all the same", async () => {
  await using served = await serve();
  const told = await Promise.all(Array.from({ length: 10_000 }, () => watch(served, "flood")));
  const [begun, refused] = [told.filter(({ status }) => status === 200), told.filter(({ status }) => status === 429)];
  assert.deepEqual([begun.length, refused.length], [most, 10_000 - most]);
  assert.deepEqual(new Set(refused.map(({ headers }) => headers["retry-after"])), new Set(["5"]));
  const leaving = begun.map(run);
  assert.equal((await watch(served, "flood")).status, 429, "they are counted as long as they go on");
  for (const user of ["jane", "system:kube-scheduler"]) assert.equal((await watch(served, user)).status, 200);
  leaving[0]?.();
  assert.equal((await watch(served, "flood")).status, 200, "who leaves makes room");
  for (const leave of leaving) leave();
});

test("a request that is refused takes no room", async () => {
  await using served = await serve();
  for (let i = 0; i < most + 1; i++)
    assert.equal((await served.send("GET", "/api/v1/namespaces/default/configmaps/none")).status, 404);
});
