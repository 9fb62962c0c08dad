import assert from "node:assert/strict";
import { connect } from "node:http2";
import { test } from "node:test";
import { validity } from "../server/listening.ts";
import { configMaps, type Row, services, testRows, wireTo } from "./over-tls.ts";

const named = (name: string): Row[3] => ({ body: { metadata: { name } } });
const token = (fields: object): string => Buffer.from(JSON.stringify(fields)).toString("base64url");
const ofServices = { v: "meta.k8s.io/v1", rv: 1, of: "/registry/core/services/default/", start: "web" };

const rows: readonly Row[] = [
  [
    57,
    "a label selector that is a regular expression",
    `GET ${services}?labelSelector=${encodeURIComponent("app in ((a+)+$)")}`,
    {},
    400,
    /unable to parse requirement/,
  ],
  [
    57,
    "a label selector that can't be read",
    `GET ${services}?labelSelector=a%20b%20c`,
    {},
    400,
    /unable to parse requirement/,
  ],
  [
    57,
    "a label selector that is too long",
    `GET ${services}?labelSelector=${"a".repeat(10_000)}`,
    {},
    400,
    /name part must be no more than 63 bytes/,
  ],
  [
    57,
    "a field that can't be selected by",
    `GET ${services}?fieldSelector=spec.nosuch%3Dx`,
    {},
    400,
    /^field label not supported: spec\.nosuch$/,
  ],
  [
    57,
    "a field of JavaScript",
    `GET ${services}?fieldSelector=constructor%3Dx`,
    {},
    400,
    /^field label not supported: constructor$/,
  ],
  [
    57,
    "a field's value that is a regular expression",
    `GET ${services}?fieldSelector=metadata.name%3D.*`,
    {},
    200,
    /"items":\[\]/,
  ],
  [58, "a continue token that is none", `GET ${services}?continue=xyz`, {}, 400, /continue key is not valid/],
  [
    58,
    "a continue token of another list",
    `GET ${configMaps}?continue=${token(ofServices)}`,
    {},
    400,
    /continue key is not valid/,
  ],
  [
    58,
    "a continue token that leads elsewhere",
    `GET ${services}?continue=${token({ ...ofServices, of: "/registry/core/secrets/", start: "kube-system/x" })}`,
    {},
    400,
    /continue key is not valid/,
  ],
  [
    58,
    "a continue token that steps out",
    `GET ${services}?continue=${token({ ...ofServices, start: "../../secrets/kube-system/x" })}`,
    {},
    200,
    /"items":\[/,
  ],
  [
    58,
    "a continue token of the future",
    `GET ${services}?continue=${token({ ...ofServices, rv: 1_000_000 })}`,
    {},
    400,
    /has not been reached/,
  ],
  [
    59,
    "a watch from a negative version",
    `GET ${services}?watch=1&resourceVersion=-1`,
    {},
    400,
    /^invalid resource version/,
  ],
  [59, "a watch from a text", `GET ${services}?watch=1&resourceVersion=x`, {}, 400, /^invalid resource version/],
  [
    59,
    "a list from the future",
    `GET ${services}?resourceVersion=1000000`,
    {},
    504,
    /Too large resource version: 1000000, current: \d+$/,
  ],
];
const { wire, server } = testRows(rows);

test("59: a watch from the future is told nothing of what came before", async () => {
  const list = await wire().send("GET", configMaps);
  const future = Number(list.at("metadata", "resourceVersion")) + 2;
  const events: string[] = [];
  const stream = wire().session.request({
    ":path": `${configMaps}?watch=1&resourceVersion=${future}&timeoutSeconds=5`,
  });
  stream.setEncoding("utf8").on("data", (text: string) => events.push(text));
  const ended = new Promise((resolve) => stream.once("close", resolve));
  stream.end();
  for (const name of ["early", "late", "later"]) await wire().send("POST", configMaps, named(name));
  await ended;
  const text = events.join("");
  assert.doesNotMatch(text, /"name":"early"/);
});

test("59: a watch from a version that is forgotten is told so", async () => {
  const { store } = server().served;
  await wire().send("POST", configMaps, named("forgotten"));
  await store.compact(await store.revision());
  const told = await wire().send("GET", `${configMaps}?watch=1&resourceVersion=1`);
  assert.equal(told.at("type") ?? told.at("kind"), told.status === 200 ? "ERROR" : "Status", told.text);
  assert.match(told.text, /"code":410/);
  assert.match(told.text, /"reason":"Expired"/);
});

test("60: a user with thousands of watches is sent away for a while, and others are served", async () => {
  const { port, authority } = server();
  const greedy = await authority.forClient({ name: "greedy", organizations: ["system:masters"] }, validity());
  const credentials = { ca: authority.certificate, cert: greedy.certificate, key: greedy.key };
  // A connection carries a thousand streams at most.
  const sessions = [0, 1, 2].map(() => connect(`https://127.0.0.1:${port}`, credentials).on("error", () => undefined));
  const statuses = await Promise.all(
    Array.from({ length: 2100 }, (_, i) => {
      const stream = sessions[i % 3]?.request({ ":path": `${configMaps}?watch=1&resourceVersion=0` });
      stream?.on("error", () => undefined);
      return new Promise<string>((resolve) =>
        stream?.on("response", (told) => {
          stream.resume();
          resolve(`${told[":status"]} ${told["retry-after"] ?? ""}`.trim());
        }),
      );
    }),
  );
  const counted = Object.fromEntries([...Map.groupBy(statuses, (one) => one)].map(([one, all]) => [one, all.length]));
  assert.deepEqual(counted, { "200": 2000, "429 5": 100 });
  assert.equal((await wire().send("GET", `${configMaps}/cm`)).status, 200);
  const another = wireTo(
    server(),
    await authority.forClient({ name: "other", organizations: ["system:masters"] }, validity()),
  );
  assert.equal((await another.send("GET", configMaps)).status, 200);
  another.session.destroy();
  for (const session of sessions) session.destroy();
});
