import assert from "node:assert/strict";
import { test } from "node:test";
import type { Identity } from "#core/access/identity.ts";
import { type Answer, heldBody } from "#server/exchange.ts";
import { administrator, serve } from "./served.ts";

const collection = "/api/v1/namespaces/default/configmaps";

test("of 10,000 watches of one user most are refused with 429; what else it asks for, other users and the cluster are served", async () => {
  await using served = await serve();
  const leaving = new AbortController();
  const reading = { write: () => 0, drained: async () => {}, waiting: () => 0, end: () => {}, cut: () => {} };
  const watch = async (user: string): Promise<Answer> => {
    const identity: Identity = { ...administrator, user };
    const asked = { method: "GET", url: `${collection}?watch=true`, headers: {}, ...heldBody() };
    const answer = await served.server.handle(asked, identity);
    if (answer.kind === "stream") answer.run({ ...reading, closed: leaving.signal });
    return answer;
  };
  const codes = new Map<number, number>();
  let refused: Answer | undefined;
  for (let i = 0; i < 10_000; i++) {
    const answer = await watch("flood");
    codes.set(answer.status, (codes.get(answer.status) ?? 0) + 1);
    if (answer.status === 429) refused ??= answer;
  }
  assert.deepEqual(Object.fromEntries(codes), { 200: 2000, 429: 8000 });
  assert.equal(refused?.headers["retry-after"], "5");
  assert.equal((await served.send("GET", collection, { identity: { ...administrator, user: "flood" } })).status, 200);
  for (const user of ["jane", "system:node:n1"]) assert.equal((await watch(user)).status, 200, user);
  leaving.abort();
  assert.equal((await watch("flood")).status, 200, "once its watches are over");
});
