import assert from "node:assert/strict";
import { test } from "node:test";
import { usualLimits } from "./refusal.ts";
import { parseResponseHead, responseFraming } from "./response-head.ts";

const lines = (...all: readonly string[]): string => `${all.join("\r\n")}\r\n\r\n`;
const parse = (text: string) => parseResponseHead(text, usualLimits);

const refusals: readonly { readonly name: string; readonly text: string; readonly seen: string }[] = [
  {
    name: "two lengths",
    text: lines("HTTP/1.1 200 OK", "Content-Length: 1", "Content-Length: 2"),
    seen: "ContentLengthRepeated",
  },
  {
    name: "both lengths",
    text: lines("HTTP/1.1 200 OK", "Content-Length: 1", "Transfer-Encoding: chunked"),
    seen: "LengthBesideTransferEncoding",
  },
  {
    name: "gzip, chunked",
    text: lines("HTTP/1.1 200 OK", "Transfer-Encoding: gzip, chunked"),
    seen: "BadTransferEncoding",
  },
  { name: "a CR in a value", text: lines("HTTP/1.1 200 OK", "X: a\rSet-Cookie: b"), seen: "BadLineEnd" },
  { name: "an LF in a value", text: lines("HTTP/1.1 200 OK", "X: a\nSet-Cookie: b"), seen: "BadLineEnd" },
  { name: "NUL", text: lines("HTTP/1.1 200 OK", "X: a\0"), seen: "ControlCharacter" },
  { name: "an endless head", text: `HTTP/1.1 200 OK\r\nX: ${"a".repeat(70_000)}`, seen: "HeadTooLong" },
  { name: "a status of two digits", text: lines("HTTP/1.1 20 OK"), seen: "BadStartLine" },
  { name: "a status of four digits", text: lines("HTTP/1.1 2000 OK"), seen: "BadStartLine" },
  { name: "HTTP/0.9", text: lines("<html>"), seen: "BadStartLine" },
  { name: "a space before the colon", text: lines("HTTP/1.1 200 OK", "X : a"), seen: "BadFieldName" },
];
for (const { name, text, seen } of refusals) {
  test(`parseResponseHead refuses: ${name}`, () => {
    const found = parse(text);
    assert.equal(found?.kind === "refused" ? found.because : found, seen);
  });
}

const framings: readonly {
  readonly name: string;
  readonly method: string;
  readonly text: string;
  readonly seen: string;
}[] = [
  { name: "a length", method: "GET", text: lines("HTTP/1.1 200 OK", "Content-Length: 3"), seen: "length keeps" },
  { name: "chunks", method: "GET", text: lines("HTTP/1.1 200", "Transfer-Encoding: chunked"), seen: "chunked keeps" },
  {
    name: "until it closes",
    method: "GET",
    text: lines("HTTP/1.1 200 OK", "Connection: close"),
    seen: "untilClose closes",
  },
  { name: "HTTP/1.0", method: "GET", text: lines("HTTP/1.0 200 OK", "Content-Length: 3"), seen: "length closes" },
  { name: "HEAD", method: "HEAD", text: lines("HTTP/1.1 200 OK", "Content-Length: 3"), seen: "none keeps" },
  { name: "204", method: "GET", text: lines("HTTP/1.1 204 No Content"), seen: "none keeps" },
  { name: "304", method: "GET", text: lines("HTTP/1.1 304 Not Modified", "Content-Length: 3"), seen: "none keeps" },
  { name: "empty", method: "GET", text: lines("HTTP/1.1 200 ", "Content-Length: 0"), seen: "length keeps" },
];
for (const { name, method, text, seen } of framings) {
  test(`responseFraming: ${name}`, () => {
    const found = parse(text);
    assert.ok(found?.kind === "response", JSON.stringify(found));
    assert.equal(`${responseFraming(found, method).kind} ${found.keepsAlive ? "keeps" : "closes"}`, seen);
    assert.equal(found.bytes, text.length);
    for (let length = 0; length < text.length; length += 1) assert.equal(parse(text.slice(0, length)), undefined);
  });
}
