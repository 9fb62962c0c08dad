import assert from "node:assert/strict";
import { test } from "node:test";
import { constants, inflateSync } from "node:zlib";
import { spdyDictionary } from "./spdy-dictionary.ts";
import { readHeaders, replyFrame } from "./spdy-frames.ts";

/** What stands behind a SYN_REPLY's head and stream id. */
const blockOf = (frame: Buffer): Buffer => frame.subarray(12);

test("the header blocks of all replies together are one zlib stream; each says that there are no headers", () => {
  const blocks = [replyFrame(1, true), replyFrame(3, false), replyFrame(5, false)].map(blockOf);
  const options = { dictionary: spdyDictionary, finishFlush: constants.Z_SYNC_FLUSH };
  const inflated = inflateSync(Buffer.concat(blocks), options);
  assert.equal(inflated.length, 12);
  for (const at of [0, 4, 8]) assert.equal(readHeaders(inflated.subarray(at, at + 4)).size, 0);
});

test("every header block ends with an empty stored block: Go's reader waits for more where there is none", () => {
  for (const frame of [replyFrame(1, true), replyFrame(3, false)])
    assert.deepEqual([...frame.subarray(-5)], [0, 0, 0, 0xff, 0xff]);
});
