import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { Conversation } from "./conversations.ts";
import { speaking, type TestEndpoint } from "./endpoints.ts";
import { withoutHaproxy as skip, stage } from "./stage.ts";
import { everything, tableOf } from "./tables.ts";

const hostOf = (method: string): string => `${method.toLowerCase()}.example`;
const asks = (method: string): string =>
  [`${method} / HTTP/1.1`, `Host: ${hostOf(method)}`, "Content-Length: 0", "\r\n"].join("\r\n");

/** Answers one request of each connection, and closes on the next one. As a pod does that ends just then. */
async function brief(heard: string[]): Promise<TestEndpoint> {
  return speaking((socket) => {
    let isUsed = false;
    socket.setEncoding("latin1").on("data", (text: string) => {
      heard.push(text.slice(0, text.indexOf(" ")));
      if (isUsed) socket.destroy();
      else socket.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
      isUsed = true;
    });
  });
}

const again = ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"];
const once = ["POST", "PATCH"];

test("a request on a connection that its endpoint closes just then is sent again, unless it may have been done", {
  skip,
}, async () => {
  await using place = await stage();
  const { engine } = await place.engine();
  await using others = new AsyncDisposableStack();
  const heard: string[] = [];
  const endpoints = new Map<string, readonly number[]>();
  // One for each: HAProxy lends an idle connection to the next client, too.
  for (const method of [...again, ...once]) {
    const { port } = others.adopt(await brief(heard), (it) => it.close());
    endpoints.set(hostOf(method), [port]);
  }
  await engine.serve(tableOf({ ports: place.ports, hosts: Object.fromEntries(endpoints) }), everything);
  for (const method of [...again, ...once]) {
    heard.length = 0;
    using client = new Conversation(place.ports.http, asks(method));
    await client.hears("200 OK");
    client.heard = "";
    client.say(asks(method));
    await eventually("an answer or an end", () => client.closed || client.heard.includes("200 OK"), { seconds: 10 });
    assert.equal(client.closed, once.includes(method), method);
    assert.deepEqual(heard, Array(once.includes(method) ? 2 : 3).fill(method));
  }
});
