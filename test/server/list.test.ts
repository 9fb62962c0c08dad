import assert from "node:assert/strict";
import { test } from "node:test";
import { seeded } from "../harness/seeded.ts";
import { type Served, serve, type Told } from "./served.ts";

const collection = "/api/v1/namespaces/default/configmaps";
const configMap = (name: string, labels: object = {}) => ({ metadata: { name, labels } });

async function filled(served: Served, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const name = `n${String(i).padStart(2, "0")}`;
    await served.send("POST", collection, { body: configMap(name, { odd: String(i % 2 === 1) }) });
  }
}

const namesIn = (list: Told): readonly string[] =>
  Object.values(Object(list.at("items"))).map((item) => String(Object(item).metadata.name));

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
    all.push([...namesIn(page)]);
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

test("a page whose revision is no longer kept is 410, with a token for the rest as it is now", async () => {
  await using served = await serve();
  await filled(served, 4);
  const first = await served.send("GET", `${collection}?limit=2`);
  await filled(served, 6);
  await served.store.compact(await served.store.revision());
  const next = await served.send("GET", `${collection}?limit=2&continue=${String(first.at("metadata", "continue"))}`);
  assert.deepEqual([next.status, next.at("reason")], [410, "Expired"]);
  assert.match(
    String(next.at("message")),
    /^The provided continue parameter is too old to display a consistent list result\. You can start a new list/,
  );
  const rest = await served.send("GET", `${collection}?continue=${String(next.at("metadata", "continue"))}`);
  assert.deepEqual([rest.status, namesIn(rest)], [200, ["n02", "n03", "n04", "n05"]]);
  assert.equal(rest.at("metadata", "resourceVersion"), String(await served.store.revision()));
});

test("in pages no object is seen twice, and none that was there all the time is missed, whatever is written and compacted meanwhile", async () => {
  await using served = await serve();
  const random = seeded(4);
  const below = (count: number) => Math.floor(random() * count);
  await filled(served, 40);
  for (let run = 0; run < 100; run++) {
    const lasting = new Set(namesIn(await served.send("GET", collection)));
    const seen: string[] = [];
    let token: string | undefined = "";
    while (token !== undefined) {
      const page: Told = await served.send("GET", `${collection}?limit=${1 + below(9)}&continue=${token}`);
      if (page.status === 200) seen.push(...namesIn(page));
      else assert.equal(page.status, 410, page.text);
      const next = page.at("metadata", "continue");
      token = typeof next === "string" ? next : undefined;
      const name = `n${String(below(40)).padStart(2, "0")}`;
      const gone = await served.send("DELETE", `${collection}/${name}`);
      if (gone.status === 200) lasting.delete(name);
      else await served.send("POST", collection, { body: { metadata: { name } } });
      if (below(4) === 0) await served.store.compact(await served.store.revision());
    }
    assert.equal(new Set(seen).size, seen.length, `run ${run}: ${seen.join(" ")}`);
    assert.deepEqual(
      [...lasting].filter((name) => !seen.includes(name)),
      [],
      `run ${run}`,
    );
  }
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

/**
 * What is asked for with a resourceVersion of before two more objects came, and whether the answer is of then.
 * Source: the table of `resourceVersion` in "Kubernetes API concepts".
 */
const ages: readonly (readonly [query: string, isOfThen: boolean])[] = [
  ["", false],
  ["limit=9", false],
  ["resourceVersion=0", false],
  ["resourceVersion=0&limit=9", false],
  ["resourceVersion=0&resourceVersionMatch=NotOlderThan", false],
  ["resourceVersion=0&resourceVersionMatch=NotOlderThan&limit=9", false],
  ["resourceVersion=THEN", false],
  ["resourceVersion=THEN&limit=9", true],
  ["resourceVersion=THEN&resourceVersionMatch=Exact", true],
  ["resourceVersion=THEN&resourceVersionMatch=Exact&limit=9", true],
  ["resourceVersion=THEN&resourceVersionMatch=NotOlderThan", false],
  ["resourceVersion=THEN&resourceVersionMatch=NotOlderThan&limit=9", false],
  ["resourceVersion=THEN&resourceVersionMatch=Exact&fieldSelector=metadata.name!%3Dx", true],
  ["resourceVersion=THEN&labelSelector=odd", false],
];

test("a list is of the age that was asked for", async () => {
  await using served = await serve();
  await filled(served, 2);
  const then = String(await served.store.revision());
  await filled(served, 4);
  const now = String(await served.store.revision());
  for (const [query, isOfThen] of ages) {
    const told = await served.send("GET", `${collection}?${query.replace("THEN", then)}`);
    assert.deepEqual(
      [namesIn(told).length, told.at("metadata", "resourceVersion")],
      isOfThen ? [2, then] : [4, now],
      query,
    );
  }
});

test("a continue token goes on where and when it was given, also beside resourceVersion 0", async () => {
  await using served = await serve();
  await filled(served, 3);
  const first = await served.send("GET", `${collection}?limit=2`);
  await filled(served, 5);
  const next = `${collection}?continue=${String(first.at("metadata", "continue"))}`;
  for (const query of ["", "&resourceVersion=0", "&limit=7"]) {
    const rest = await served.send("GET", `${next}${query}`);
    assert.deepEqual(namesIn(rest), ["n02"], query);
    assert.equal(rest.at("metadata", "resourceVersion"), first.at("metadata", "resourceVersion"));
  }
});

const forms = {
  "application/json": ["items", "metadata", "name"],
  "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1": ["items", "metadata", "name"],
  "application/json;as=Table;g=meta.k8s.io;v=v1": ["rows", "object", "metadata", "name"],
} as const;
for (const [accept, [place, ...steps]] of Object.entries(forms)) {
  test(`pages of ${accept} say where they go on and how many remain`, async () => {
    await using served = await serve();
    await filled(served, 5);
    const seen: unknown[] = [];
    const left: unknown[] = [];
    let token: unknown = "";
    while (typeof token === "string") {
      const page: Told = await served.send("GET", `${collection}?limit=2&continue=${token}`, { headers: { accept } });
      for (let i = 0; page.at(place, i) !== undefined; i++) seen.push(page.at(place, i, ...steps));
      left.push(page.at("metadata", "remainingItemCount"));
      token = page.at("metadata", "continue");
    }
    assert.deepEqual(seen, ["n00", "n01", "n02", "n03", "n04"]);
    assert.deepEqual(left, [3, 1, undefined]);
  });
}

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
