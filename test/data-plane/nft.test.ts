import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { NftWay } from "#os/nft.ts";
import { run } from "#os/spawn.ts";

const skip = process.getuid?.() === 0 ? false : "needs root: it makes network namespaces";
const ways: readonly NftWay[] = ["library", "interactive", "program"];
const script = new URL("nft-ways.ts", import.meta.url).pathname;

suite("changes to rules", { skip, timeout: 60_000 }, () => {
  for (const way of ways)
    test(`by ${way} are done wholly or not at all`, async () => {
      const space = `ptlt-${process.pid}-${way}`;
      await run(["ip", "netns", "add", space]);
      await using stack = new AsyncDisposableStack();
      stack.defer(async () => void (await run(["ip", "netns", "delete", space])));
      const node = [process.execPath, "--experimental-ffi", "--disable-warning=ExperimentalWarning"];
      const { stdout } = await run(["ip", "netns", "exec", space, ...node, script, way]);
      assert.deepEqual(JSON.parse(stdout), []);
    });
});
