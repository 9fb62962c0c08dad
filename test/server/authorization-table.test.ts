import assert from "node:assert/strict";
import { after, suite, test } from "node:test";
import { defaultBindings } from "#core/access/default-roles/bindings.ts";
import { identityOf, makeRoles, resourcesOf } from "./access-roles.ts";
import { type Block, ownBlocks, sketches } from "./authorization-rows.ts";
import { defaultBlocks } from "./default-role-rows.ts";
import { serve } from "./served.ts";

const blocks = [...ownBlocks, ...defaultBlocks];
const review = "/apis/authorization.k8s.io/v1/subjectaccessreviews";

interface Row {
  readonly text: string;
  readonly spec: object;
}

/** A row for each verb on each resource: `get,list pods,services shop` are four. */
function rowsOf(text: string): readonly Row[] {
  const [verbs = "", what = "", place = ""] = text.split(" ");
  return verbs.split(",").flatMap((verb): readonly Row[] => {
    if (what.startsWith("/"))
      return what
        .split(",")
        .map((path) => ({ text: `${verb} ${path}`, spec: { nonResourceAttributes: { verb, path } } }));
    return what.split(",").map((one) => {
      const { group, resources } = resourcesOf(one);
      const [resource = "", subresource = ""] = resources.split("/");
      const [namespace = "", ...name] = place.split("/");
      const resourceAttributes = { verb, group, resource, subresource, namespace, name: name.join("/") };
      return { text: `${verb} ${one} ${place}`, spec: { resourceAttributes } };
    });
  });
}

const rowsIn = ({ may, mayNot }: Block): number => [...may, ...mayNot].flatMap(rowsOf).length;

suite("who may do what", async () => {
  const served = await serve();
  after(() => served[Symbol.asyncDispose]());
  await makeRoles(served, sketches);

  for (const block of blocks) {
    const { who, by, may, mayNot, because } = block;
    const ask = async (spec: object): Promise<unknown> => {
      const told = await served.send("POST", review, { body: { spec: { ...spec, ...identityOf(who) } } });
      assert.equal(told.status, 201, told.text);
      return told.at("status");
    };
    const yes = { allowed: true, ...(by !== "" && { reason: `RBAC: allowed by ${by}` }) };
    const no = { allowed: false, ...(because !== undefined && { reason: `RBAC: ${because}` }) };
    for (const { text, spec } of may.flatMap(rowsOf))
      test(`${who} may ${text}, by ${by || "no role"}`, async () => assert.deepEqual(await ask(spec), yes));
    for (const { text, spec } of mayNot.flatMap(rowsOf))
      test(`${who} may not ${text}`, async () => assert.deepEqual(await ask(spec), no));
  }

  test("every binding that a cluster has by default is what allows something here", () => {
    const missing = defaultBindings.filter(
      ({ name, namespace, subjects }) =>
        subjects.length > 0 &&
        name !== "cluster-admin" && // its group may do everything anyway
        !blocks.some(({ by }) => by.includes(JSON.stringify(namespace === undefined ? name : `${name}/${namespace}`))),
    );
    assert.deepEqual(missing, []);
  });

  test("the table is as long as it says", () => {
    const count = blocks.reduce((sum, block) => sum + rowsIn(block), 0);
    assert.ok(count >= 300, `${count} rows`);
  });
});
