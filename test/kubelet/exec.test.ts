import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { overSpdy, overWebSocket, type Protocol, seen } from "./clients.ts";
import { type FakeNode, startFakeNode } from "./fake-node.ts";

const protocols: readonly (readonly [string, Protocol])[] = [
  ["SPDY/3.1", overSpdy],
  ["WebSocket", overWebSocket],
];
const sh = (script: string): readonly string[] => ["sh", "-c", script];
const success = { metadata: {}, status: "Success" };

for (const [name, open] of protocols) {
  describe(`exec over ${name}`, () => {
    let node: FakeNode;
    before(async () => {
      node = await startFakeNode({ openingSeconds: 30, pingSeconds: 0.1 });
    });
    after(() => node.stop());

    test("both outputs arrive, each on its stream", async () => {
      const exec = await open(node, { command: sh("echo out; echo err >&2") });
      assert.deepEqual(await seen(exec), { stdout: "out\n", stderr: "err\n", ending: success });
    });

    test("the end of the client's input ends the command's", async () => {
      const exec = await open(node, { command: ["cat"], withInput: true });
      assert.deepEqual(await seen(exec, "abc\n"), { stdout: "abc\n", stderr: "", ending: success });
    });

    test("a command without input finds it ended", async () => {
      const exec = await open(node, { command: ["cat"] });
      assert.deepEqual(await seen(exec), { stdout: "", stderr: "", ending: success });
    });

    test("an exit code comes as the Status that kubectl reads it from", async () => {
      const exec = await open(node, { command: sh("echo before; exit 7") });
      assert.deepEqual(await seen(exec), {
        stdout: "before\n",
        stderr: "",
        ending: {
          metadata: {},
          status: "Failure",
          message:
            "command terminated with non-zero exit code: error executing command [sh -c echo before; exit 7], exit code 7",
          reason: "NonZeroExitCode",
          details: { causes: [{ reason: "ExitCode", message: "7" }] },
        },
      });
    });

    test("a command that is not there is an internal error that names it", async () => {
      const exec = await open(node, { command: ["nosuch"] });
      const why = 'error executing command in container: exec: "nosuch": executable file not found in $PATH';
      assert.deepEqual((await seen(exec)).ending, {
        metadata: {},
        status: "Failure",
        message: `Internal error occurred: ${why}`,
        reason: "InternalError",
        details: { causes: [{ message: why }] },
        code: 500,
      });
    });

    test("a command that ends before its input is told all the same", async () => {
      const exec = await open(node, { command: sh("exit 3"), withInput: true });
      const pieces = seen(exec);
      const chunk = Buffer.alloc(32_768);
      for (let i = 0; i < 64; i++) await exec.send(chunk);
      assert.match(JSON.stringify((await pieces).ending), /"ExitCode","message":"3"/);
    });

    test("a large output is complete before its end is told", async () => {
      const exec = await open(node, { command: sh("head -c 20000000 /dev/zero; echo end >&2") });
      const sizes = { stdout: 0, stderr: 0, error: 0 };
      const order: string[] = [];
      for await (const piece of exec.pieces()) {
        sizes[piece.name] += piece.bytes.length;
        order.push(piece.name);
      }
      assert.equal(sizes.stdout, 20_000_000);
      assert.equal(order.lastIndexOf("stdout") < order.indexOf("error"), true);
    });

    test("300 MB through cat come back unchanged, and are not kept in memory", { timeout: 120_000 }, async () => {
      const exec = await open(node, { command: ["cat"], withInput: true });
      const before = process.memoryUsage().rss;
      let highest = before;
      const [sent, returned] = [createHash("sha256"), createHash("sha256")];
      const sending = (async () => {
        for (let i = 0; i < 9600; i++) {
          const chunk = Buffer.alloc(32_768, i % 251);
          sent.update(chunk);
          await exec.send(chunk);
          highest = Math.max(highest, process.memoryUsage().rss);
        }
        exec.endInput();
      })();
      for await (const { name: from, bytes } of exec.pieces()) if (from === "stdout") returned.update(bytes);
      await sending;
      assert.equal(returned.digest("hex"), sent.digest("hex"));
      assert.ok(highest - before < 200_000_000, `memory grew by ${highest - before} bytes`);
    });

    test("a command that does not read holds its client back, and is killed with it all the same", async () => {
      const exec = await open(node, { command: ["sleep", "1000"], withInput: true });
      const chunk = Buffer.alloc(32_768);
      let [sentBytes, isHeld] = [0, false];
      while (!isHeld && sentBytes < 100_000_000) {
        const sent = exec.send(chunk).then(() => true);
        isHeld = !(await Promise.race([sent, new Promise<false>((resolve) => setTimeout(resolve, 500, false))]));
        sentBytes += chunk.length;
      }
      assert.ok(isHeld, "everything was taken in");
      assert.ok(node.running().some(isCommand("1000")));
      exec.vanish();
      await eventually("the command is gone", () => !node.running().some(isCommand("1000")), { seconds: 10 });
    });

    test("the command of a client that goes away is killed", async () => {
      const exec = await open(node, { command: ["sleep", "1001"] });
      const sleeper = await eventually("the command runs", () => node.running().find(isCommand("1001")), {
        seconds: 5,
      });
      exec.vanish();
      await eventually("the command is gone", () => !node.running().includes(sleeper), { seconds: 5 });
      assert.equal(sleeper.signalCode, "SIGKILL");
    });

    test("nothing of all this was a fault of the node", () => assert.deepEqual(node.faults, []));
  });
}

const isCommand =
  (argument: string) =>
  ({ spawnargs }: { readonly spawnargs: readonly string[] }): boolean =>
    spawnargs.includes(argument);
