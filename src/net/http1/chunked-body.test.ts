import assert from "node:assert/strict";
import { test } from "node:test";
import { seeded } from "../../../test/harness/seeded.ts";
import { ChunkedBody } from "./chunked-body.ts";

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const textOf = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

/** Content, bytes left over and trailers, or the refusal. */
function read(pieces: readonly Uint8Array[]): string {
  const body = new ChunkedBody();
  let content = "";
  for (const [index, piece] of pieces.entries()) {
    const step = body.push(piece);
    content += step.pieces.map(textOf).join("");
    if (step.after === "more") continue;
    if (step.after !== "end") return step.after.because;
    const rest = [piece.subarray(step.consumed), ...pieces.slice(index + 1)].map(textOf).join("");
    return `${content}|${rest}|${body.trailers.map(({ name, value }) => `${name}=${value}`).join(" ")}`;
  }
  return `${content}…`;
}

const cases: readonly { readonly name: string; readonly text: string; readonly seen: string }[] = [
  { name: "two chunks", text: "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", seen: "abcde||" },
  { name: "a request behind it", text: "3\r\nabc\r\n0\r\n\r\nGET /", seen: "abc|GET /|" },
  { name: "nothing in it", text: "0\r\n\r\n", seen: "||" },
  { name: "upper case and zeros", text: "00A\r\n0123456789\r\n0\r\n\r\n", seen: "0123456789||" },
  { name: "extensions", text: '3;a=b;c="d"\r\nabc\r\n0;e\r\n\r\n', seen: "abc||" },
  { name: "trailers", text: "1\r\na\r\n0\r\nX-Sum: 1\r\nY: 2\r\n\r\n", seen: "a||x-sum=1 y=2" },
  { name: "not at its end", text: "3\r\nab", seen: "ab…" },
  { name: "a size that overflows", text: "fffffffffffffffff\r\n", seen: "ChunkTooLong" },
  { name: "a negative size", text: "-1\r\n", seen: "BadChunk" },
  { name: "no size", text: "\r\nabc", seen: "BadChunk" },
  { name: "0x", text: "0x3\r\nabc\r\n", seen: "BadChunk" },
  { name: "a space after the size", text: "3 \r\nabc\r\n", seen: "BadChunk" },
  { name: "a bare LF after the size", text: "3\nabc\r\n", seen: "BadChunk" },
  { name: "a bare LF after an extension", text: "3;a\nabc\r\n", seen: "BadChunk" },
  { name: "a bare CR after the size", text: "3\rabc\r\n", seen: "BadLineEnd" },
  { name: "content longer than its size", text: "3\r\nabcd\r\n", seen: "BadChunk" },
  { name: "no line end after content", text: "3\r\nabc0\r\n\r\n", seen: "BadChunk" },
  { name: "a flood of extension", text: `3;${"a".repeat(1025)}\r\nabc\r\n`, seen: "ChunkExtensionTooLong" },
  {
    name: "a flood of small extensions",
    text: `${`1;${"a".repeat(200)}\r\nx\r\n`.repeat(6)}0\r\n\r\n`,
    seen: "ChunkExtensionTooLong",
  },
  { name: "Host as a trailer", text: "0\r\nHost: b.example\r\n\r\n", seen: "BadTrailer" },
  { name: "Content-Length as a trailer", text: "0\r\nContent-Length: 3\r\n\r\n", seen: "BadTrailer" },
  { name: "Transfer-Encoding as a trailer", text: "0\r\ntransfer-encoding: chunked\r\n\r\n", seen: "BadTrailer" },
  { name: "a trailer without a name", text: "0\r\n: a\r\n\r\n", seen: "BadFieldName" },
  { name: "a trailer with a bare LF", text: "0\r\nX: a\n\r\n", seen: "BadLineEnd" },
  {
    name: "a flood of trailers",
    text: `0\r\n${"X: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n".repeat(300)}`,
    seen: "TrailersTooLong",
  },
];

/** As refusals come at the byte that is wrong, content before it may have been passed on; the answer stays the same. */
for (const { name, text, seen } of cases) {
  test(`ChunkedBody: ${name}`, () => assert.equal(read([bytesOf(text)]), seen));
  test(`ChunkedBody: ${name}, cut at every byte`, () => {
    const bytes = bytesOf(text);
    for (let cut = 1; cut < bytes.length; cut += 1) {
      assert.equal(read([bytes.subarray(0, cut), bytes.subarray(cut)]), seen, `cut after ${cut} bytes`);
    }
    assert.equal(read(Array.from(bytes, (_, at) => bytes.subarray(at, at + 1))), seen, "byte by byte");
  });
}

test("ChunkedBody: what is made of random pieces is read as it was, however it is cut", () => {
  const random = seeded(20261130);
  for (let round = 0; round < 300; round += 1) {
    const chunks = Array.from({ length: Math.floor(random() * 6) }, () => "x".repeat(1 + Math.floor(random() * 40)));
    const text = `${chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join("")}0\r\n\r\nrest`;
    const bytes = bytesOf(text);
    const cuts = [0, ...Array.from({ length: 4 }, () => Math.floor(random() * bytes.length)), bytes.length].toSorted(
      (a, b) => a - b,
    );
    const pieces = cuts.slice(1).map((end, i) => bytes.subarray(cuts[i], end));
    assert.equal(read(pieces), `${chunks.join("")}|rest|`);
  }
});

test("ChunkedBody: one byte changed at random never ends in an exception, and never brings more than was sent", () => {
  const random = seeded(7);
  const text = "3;a=b\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\nX-Sum: 1\r\n\r\n";
  for (let round = 0; round < 5000; round += 1) {
    const bytes = bytesOf(text);
    bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
    assert.ok(read([bytes]).length <= text.length + 32);
  }
});
