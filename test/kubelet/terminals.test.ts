import assert from "node:assert/strict";
import { appendFile, writeFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { after, before, describe, test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { overSpdy, overWebSocket, type Protocol, seen } from "./clients.ts";
import { type FakeNode, startFakeNode } from "./fake-node.ts";

const protocols: readonly (readonly [string, Protocol])[] = [
  ["SPDY/3.1", overSpdy],
  ["WebSocket", overWebSocket],
];
const success = { metadata: {}, status: "Success" };
const record = (stream: string, tag: string, line: string): string =>
  `2026-11-30T12:00:00.0Z ${stream} ${tag} ${line}\n`;

for (const [name, open] of protocols)
  describe(`terminals and attach over ${name}`, () => {
    let node: FakeNode;
    before(async () => {
      node = await startFakeNode();
    });
    after(() => node.stop());

    test("sizes arrive, also before the command has begun; what is none is left out", async () => {
      const exec = await open(node, { command: ["cat"], withInput: true, atTerminal: true });
      await exec.resize('{"Width":80,"Height":24}\n');
      await eventually("the size is known", () => node.sizes.at(-1)?.width === 80, { seconds: 5 });
      for (const odd of ["{}\n", '{"Width":0,"Height":5}\n', '{"Width":70000,"Height":5}\n', "x\n"])
        await exec.resize(odd);
      await exec.resize('{"Width":91,"Height":31}\n');
      await eventually("the other size is known", () => node.sizes.length === 2, { seconds: 5 });
      assert.deepEqual(node.sizes, [
        { width: 80, height: 24 },
        { width: 91, height: 31 },
      ]);
      assert.deepEqual(await seen(exec, "abc\n"), { stdout: "abc\n", stderr: "", ending: success });
    });

    test("who attaches sees a prompt that was there and what comes, until the container ends", async () => {
      const log = `${node.folder}/web.log`;
      await writeFile(log, record("stdout", "F", "long ago") + record("stdout", "P", "# "));
      const attached = await open(node, { withInput: true, atTerminal: true });
      const all = seen(attached);
      await attached.resize('{"Width":60,"Height":20}\n');
      await eventually("the size is known", () => node.sizes.at(-1)?.width === 60, { seconds: 5 });
      await attached.send(Buffer.from("echo one\n"));
      attached.endInput();
      assert.equal(await text(node.input), "echo one\n");
      await appendFile(log, record("stdout", "F", "echo one\r") + record("stdout", "F", "one\r"));
      node.endContainer();
      assert.deepEqual(await all, { stdout: "# echo one\r\none\r\n", stderr: "", ending: success });
    });

    test("nothing of all this was a fault of the node", () => assert.deepEqual(node.faults, []));
  });
