import assert from "node:assert/strict";
import { once } from "node:events";
import { appendFile, writeFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, describe, test } from "node:test";
import { createAuthority } from "#os/pki.ts";
import { eventually } from "../harness/eventually.ts";
import { type FakeNode, startFakeNode, validity } from "./fake-node.ts";
import { ask, open } from "./requests.ts";

const at = (seconds: number): string => new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();
const line = (seconds: number, words: string, stream = "stdout"): string => `${at(seconds)} ${stream} F ${words}\n`;
const lines = [line(1, "one"), line(2, "two", "stderr"), line(3, "three")].join("");
const logs = (query = "", container = "web"): string => `/containerLogs/shop/web-0/${container}?${query}`;

describe("logs", () => {
  let node: FakeNode;
  before(async () => {
    node = await startFakeNode();
    await writeFile(join(node.folder, "web.log"), lines);
    await writeFile(join(node.folder, "web.previous.log"), line(0, "before"));
  });
  after(() => node.stop());

  const answers: readonly (readonly [string, string, string])[] = [
    ["everything", logs(), "200 one\ntwo\nthree\n"],
    ["the last lines", logs("tailLines=1"), "200 three\n"],
    ["no line", logs("tailLines=0"), "200 "],
    ["at most so many bytes", logs("limitBytes=5"), "200 one\nt"],
    ["with times", logs("timestamps=true&tailLines=1"), `200 ${at(3)} three\n`],
    ["since a time", logs(`sinceTime=${encodeURIComponent(at(2))}`), "200 two\nthree\n"],
    ["of the last seconds", logs("sinceSeconds=1"), "200 "],
    ["one stream", logs("stream=Stderr"), "200 two\n"],
    ["of the run before", logs("previous=true"), "200 before\n"],
    ["followed, when it has ended already", logs("follow=true&previous=true"), "200 before\n"],
    ["of no such pod", "/containerLogs/shop/other/web", '404 pod "other" does not exist\n'],
    ["of no such container", logs("", "db"), '404 container "db" not found in pod "web-0"\n'],
    [
      "before the container is there",
      logs("", "slow"),
      '400 container "slow" in pod "web-0" is waiting to start: ContainerCreating\n',
    ],
    [
      "without an image",
      logs("", "pulling"),
      '400 container "pulling" in pod "web-0" is waiting to start: image can\'t be pulled\n',
    ],
    ["before anything is known", logs("", "new"), '400 container "new" in pod "web-0" is not available\n'],
    [
      "of no run before",
      logs("previous=true", "slow"),
      '400 previous terminated container "slow" in pod "web-0" not found\n',
    ],
    ["a number that is none", logs("tailLines=-1"), "422 tailLines: must be at least 0\n"],
    ["a limit of nothing", logs("limitBytes=0"), "422 limitBytes: must be at least 1\n"],
    [
      "two beginnings",
      logs(`sinceSeconds=1&sinceTime=${at(1)}`),
      "422 sinceTime and sinceSeconds exclude each other\n",
    ],
    ["a time that is none", logs("sinceTime=noon"), '422 sinceTime: "noon" is no RFC 3339 time\n'],
    ["a stream that is none", logs("stream=Both"), '422 stream: "Both" is none of All, Stdout, Stderr\n'],
  ];
  for (const [what, path, answer] of answers) {
    test(what, async () => {
      const { status, text: body } = await ask(node, path);
      assert.equal(`${status} ${body}`, answer);
    });
  }

  test("a follower sees what is written later, and ends with the container", async () => {
    const answer = await answerTo(node, logs("follow=true&tailLines=1"));
    answer.setEncoding("utf8");
    assert.deepEqual(await once(answer, "data"), ["three\n"]);
    await appendFile(join(node.folder, "web.log"), line(4, "four"));
    assert.deepEqual(await once(answer, "data"), ["four\n"]);
    const rest = text(answer);
    await appendFile(join(node.folder, "web.log"), line(5, "last words"));
    node.endContainer();
    assert.equal(await rest, "last words\n");
  });

  test("nothing was a fault of the node", () => assert.deepEqual(node.faults, []));
});

test("a follower that goes away is no longer read for", async () => {
  const node = await startFakeNode();
  try {
    await writeFile(join(node.folder, "web.log"), lines);
    const answer = await answerTo(node, logs("follow=true"));
    await once(answer, "data");
    const reading = watchers();
    answer.destroy();
    await eventually("its log is closed", () => watchers() < reading, { seconds: 5 });
    assert.deepEqual(node.faults, []);
  } finally {
    await node.stop();
  }
});

describe("who may ask", () => {
  let node: FakeNode;
  before(async () => {
    node = await startFakeNode();
  });
  after(() => node.stop());

  test("anybody: whether it is well", async () => {
    assert.deepEqual(await ask(node, "/healthz", { identity: "none" }), { status: 200, text: "ok" });
  });

  test("the API server and administrators: everything else", async () => {
    const admin = await node.clientOf({ name: "root", organizations: ["dev", "system:masters"] });
    for (const identity of [node.apiServer, admin]) {
      const { status, text: body } = await ask(node, "/pods", { identity });
      assert.equal(status, 200);
      assert.match(
        body,
        /^\{"kind":"PodList","apiVersion":"v1","metadata":\{\},"items":\[\{"metadata":\{.*"name":"web-0"/,
      );
    }
  });

  test("others of the cluster: 403", async () => {
    const identity = await node.clientOf({ name: "system:node:node-2", organizations: ["system:nodes"] });
    const answer = await ask(node, "/pods", { identity });
    assert.deepEqual(answer, { status: 403, text: "Forbidden (user=system:node:node-2, resource=nodes)\n" });
  });

  test("without a certificate, or with one that somebody else signed: 401", async () => {
    const other = await createAuthority("cluster", validity());
    const stranger = await other.forClient({ name: "x", organizations: ["system:masters"] }, validity());
    for (const identity of ["none", stranger] as const) {
      assert.deepEqual(await ask(node, "/pods", { identity }), { status: 401, text: "Unauthorized\n" });
    }
  });

  test("paths and methods that are not there", async () => {
    assert.deepEqual(await ask(node, "/metrics/other"), { status: 404, text: "404 page not found\n" });
    assert.deepEqual(await ask(node, "/pods", { method: "DELETE" }), {
      status: 405,
      text: "405: Method Not Allowed\n",
    });
  });
});

function answerTo(node: FakeNode, path: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    open(node, path).on("response", resolve).on("error", reject).end();
  });
}

const watchers = (): number => process.getActiveResourcesInfo().filter((one) => one === "FSEventWrap").length;
