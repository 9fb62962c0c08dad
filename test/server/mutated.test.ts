import assert from "node:assert/strict";
import { test } from "node:test";
import { kinds } from "#api/kinds.ts";
import { seeded } from "../harness/seeded.ts";
import { collectionOf, fixture } from "./fixtures.ts";
import { type Sent, serve } from "./served.ts";

/** A good request of any form, to be spoilt. */
interface Good {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly type: string;
}

const good: readonly Good[] = kinds.flatMap((kind) => {
  const body = JSON.stringify(fixture(kind, "one", { a: "b" }));
  const path = `${collectionOf(kind)}/one`;
  const json = "application/json";
  return [
    { method: "POST", path: `${collectionOf(kind)}?fieldValidation=Strict&dryRun=All`, body, type: json },
    { method: "POST", path: collectionOf(kind), body, type: json },
    { method: "POST", path: `${collectionOf(kind)}?dryRun=All`, body, type: "application/yaml" },
    { method: "PUT", path, body, type: json },
    { method: "PATCH", path, body, type: "application/merge-patch+json" },
    { method: "PATCH", path, body, type: "application/strategic-merge-patch+json" },
    {
      method: "PATCH",
      path,
      body: '[{"op":"replace","path":"/metadata/labels/a","value":"c"}]',
      type: "application/json-patch+json",
    },
    {
      method: "GET",
      path: `${collectionOf(kind)}?labelSelector=a%3Db,c+in+(d,e)&fieldSelector=metadata.name%3Done&limit=5`,
      body: "",
      type: json,
    },
    {
      method: "GET",
      path: `${collectionOf(kind)}?resourceVersion=5&resourceVersionMatch=NotOlderThan`,
      body: "",
      type: json,
    },
    {
      method: "DELETE",
      path,
      body: '{"kind":"DeleteOptions","propagationPolicy":"Foreground","preconditions":{"uid":"x"}}',
      type: json,
    },
    {
      method: "PATCH",
      path: `${path}/status`,
      body: '{"status":{"phase":"Running"}}',
      type: "application/merge-patch+json",
    },
    { method: "PUT", path: `${path}/scale`, body: '{"metadata":{"name":"one"},"spec":{"replicas":3}}', type: json },
  ];
});

const pieces = [
  "{}",
  "[]",
  "null",
  "-1",
  "1e309",
  '"',
  "\\u0000",
  "__proto__",
  "%2e%2e",
  "../",
  "\ud800",
  ":",
  ",",
  "=",
  "!",
  "(",
  "9".repeat(30),
  "spec",
  "metadata",
  "🦆",
];

/** One small change somewhere. */
function spoilt(text: string, random: () => number): string {
  const at = Math.floor(random() * (text.length + 1));
  const piece = pieces[Math.floor(random() * pieces.length)] ?? "";
  switch (Math.floor(random() * 4)) {
    case 0:
      return text.slice(0, at) + piece + text.slice(at);
    case 1:
      return text.slice(0, at) + text.slice(at + 1 + Math.floor(random() * 8));
    case 2: // a value of another type
      return text.replace(/"[^"]*"(?=[,}\]])/g, (value) => (random() < 0.3 ? piece : value));
    default: {
      const to = at + Math.floor(random() * 40);
      return text.slice(0, at) + text.slice(at, to) + text.slice(at, to) + text.slice(to);
    }
  }
}

for (const seed of [1, 2, 3, 4]) {
  test(`no spoilt request makes the server fail, whatever it gets (seed ${seed})`, async () => {
    const random = seeded(seed);
    // Disposing of it fails where the server has reported a fault of its own.
    await using served = await serve({ random });
    for (const kind of kinds) await served.send("POST", collectionOf(kind), { body: fixture(kind, "one", { a: "b" }) });
    for (let turn = 0; turn < 1500; turn++) {
      const { method, path, body, type } = good[Math.floor(random() * good.length)] ?? {
        method: "GET",
        path: "/",
        body: "",
        type: "",
      };
      const spoilsPath = random() < 0.3;
      const sent: Sent = {
        headers: { "content-type": type },
        ...(body !== "" && { body: spoilsPath ? body : spoilt(body, random) }),
      };
      const asked = spoilsPath ? spoilt(path, random) : path;
      const told = await served.send(method, asked.replaceAll("watch", "w"), sent);
      // What Kubernetes gives no reason for, it calls a fault of its own: a patch that leaves out a merge key.
      const isUnforeseen = told.status === 500 && told.at("reason") === undefined;
      assert.ok(
        told.status < 500 || told.status === 504 || isUnforeseen,
        `${method} ${asked} ${String(sent.body)}: ${told.text}`,
      );
      if (told.status >= 400) assert.equal(told.at("kind"), "Status");
    }
  });
}
