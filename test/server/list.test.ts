import assert from "node:assert/strict";
import { test } from "node:test";
import { type Served, serve } from "./served.ts";

const collection = "/api/v1/namespaces/default/configmaps";
const configMap = (name: string, labels: object = {}) => ({ metadata: { name, labels } });

async function filled(served: Served, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const name = `n${String(i).padStart(2, "0")}`;
    await served.send("POST", collection, { body: configMap(name, { odd: String(i % 2 === 1) }) });
  }
}

/** Every page of a list, the names of its objects. */
async function pages(
  { send }: Served,
  query: string,
  between: () => Promise<void> = async () => {},
): Promise<readonly (readonly unknown[])[]> {
  const all: unknown[][] = [];
  let token = "";
  do {
    const page = await send("GET", `${collection}?${query}${token === "" ? "" : `&continue=${token}`}`);
    assert.equal(page.status, 200, page.text);
    all.push(Object.values(Object(page.at("items"))).map((item) => Object(item).metadata.name));
    token = String(page.at("metadata", "continue") ?? "");
    await between();
  } while (token !== "");
  return all;
}

test("a list comes in pages, in the order of the names, and says how many remain", async () => {
  await using served = await serve();
  await filled(served, 5);
  assert.deepEqual(await pages(served, "limit=2"), [["n00", "n01"], ["n02", "n03"], ["n04"]]);
  const first = await served.send("GET", `${collection}?limit=2`);
  assert.equal(first.at("metadata", "remainingItemCount"), 3);
  const chosen = await served.send("GET", `${collection}?limit=1&labelSelector=odd%3Dtrue`);
  assert.equal(chosen.at("metadata", "remainingItemCount"), undefined, "who selects isn't told how many remain");
  assert.deepEqual(await pages(served, "limit=1&labelSelector=odd%3Dtrue"), [["n01"], ["n03"]]);
});

test("all pages show the cluster as it was at the first", async () => {
  await using served = await serve();
  await filled(served, 4);
  let turn = 0;
  const change = async () => {
    turn++;
    await served.send("DELETE", `${collection}/n03`);
    await served.send("POST", collection, { body: configMap(`n02-${turn}`) });
  };
  assert.deepEqual(await pages(served, "limit=2", change), [
    ["n00", "n01"],
    ["n02", "n03"],
  ]);
});

test("a page whose revision is no longer kept is 410", async () => {
  await using served = await serve();
  await filled(served, 4);
  const first = await served.send("GET", `${collection}?limit=2`);
  await filled(served, 6);
  await served.store.compact(await served.store.revision());
  const next = await served.send("GET", `${collection}?limit=2&continue=${String(first.at("metadata", "continue"))}`);
  assert.deepEqual([next.status, next.at("reason")], [410, "Expired"]);
  assert.match(
    String(next.at("message")),
    /^The provided continue parameter is too old to display a consistent list result\./,
  );
});

test("a token is good for its own list only", async () => {
  await using served = await serve();
  await filled(served, 4);
  const token = String((await served.send("GET", `${collection}?limit=2`)).at("metadata", "continue"));
  for (const path of [
    "/api/v1/namespaces/default/secrets",
    "/api/v1/namespaces/kube-system/configmaps",
    "/api/v1/configmaps",
  ]) {
    const told = await served.send("GET", `${path}?limit=2&continue=${token}`);
    assert.deepEqual([told.status, told.at("reason")], [400, "BadRequest"], path);
  }
  const forged = Buffer.from(
    JSON.stringify({ ...JSON.parse(Buffer.from(token, "base64url").toString()), rv: 1_000_000 }),
  ).toString("base64url");
  assert.equal((await served.send("GET", `${collection}?limit=2&continue=${forged}`)).status, 400);
});

test("a list shows an older revision exactly, or a newer one where only age matters", async () => {
  await using served = await serve();
  await filled(served, 2);
  const revision = await served.store.revision();
  await filled(served, 4);
  const names = async (query: string) => {
    const told = await served.send("GET", `${collection}?${query}`);
    return [Object(told.at("items")).length, told.at("metadata", "resourceVersion") === String(revision)];
  };
  assert.deepEqual(await names(`resourceVersion=${revision}&resourceVersionMatch=Exact`), [2, true]);
  assert.deepEqual(await names(`resourceVersion=${revision}&resourceVersionMatch=NotOlderThan`), [4, false]);
  assert.deepEqual(await names(`resourceVersion=${revision}`), [4, false]);
  assert.deepEqual(await names("resourceVersion=0"), [4, false]);
});

test("fields and labels choose together", async () => {
  await using served = await serve();
  const pod = (name: string, nodeName: string) => ({
    metadata: { name },
    spec: { nodeName, containers: [{ name: "c", image: "i" }] },
  });
  for (const [name, node] of [
    ["a", "n1"],
    ["b", "n2"],
    ["c", "n1"],
  ] as const)
    await served.send("POST", "/api/v1/namespaces/default/pods", { body: pod(name, node) });
  const names = async (query: string) => {
    const told = await served.send("GET", `/api/v1/pods?${query}`);
    return Object.values(Object(told.at("items"))).map((item) => Object(item).metadata.name);
  };
  assert.deepEqual(await names("fieldSelector=spec.nodeName%3Dn1"), ["a", "c"]);
  assert.deepEqual(await names("fieldSelector=spec.nodeName%3Dn1,status.phase!%3DFailed,metadata.name!%3Da"), ["c"]);
  assert.deepEqual(await names("fieldSelector=metadata.namespace%3Dkube-system"), []);
  assert.deepEqual(await names("labelSelector=nosuch"), []);
});
