import assert from "node:assert/strict";
import { test } from "node:test";
import { seeded } from "../../../test/harness/seeded.ts";
import { usualLimits } from "./refusal.ts";
import { parseRequestHead, type RequestHead } from "./request-head.ts";

const parse = (text: string) => parseRequestHead(text, usualLimits);
const lines = (...all: readonly string[]): string => `${all.join("\r\n")}\r\n\r\n`;
const get = (...fields: readonly string[]): string => lines("GET / HTTP/1.1", "Host: a.example", ...fields);
const post = (...fields: readonly string[]): string => lines("POST / HTTP/1.1", "Host: a.example", ...fields);

const refusals: readonly { readonly name: string; readonly text: string; readonly seen: string }[] = [
  {
    name: "both lengths",
    text: post("Content-Length: 4", "Transfer-Encoding: chunked"),
    seen: "400 LengthBesideTransferEncoding",
  },
  {
    name: "both lengths, the other way round",
    text: post("Transfer-Encoding: chunked", "Content-Length: 4"),
    seen: "400 LengthBesideTransferEncoding",
  },
  { name: "two lengths", text: post("Content-Length: 4", "Content-Length: 5"), seen: "400 ContentLengthRepeated" },
  { name: "a signed length", text: post("Content-Length: +4"), seen: "400 BadContentLength" },
  { name: "a negative length", text: post("Content-Length: -4"), seen: "400 BadContentLength" },
  { name: "a hexadecimal length", text: post("Content-Length: 0x4"), seen: "400 BadContentLength" },
  { name: "a list of lengths", text: post("Content-Length: 4, 4"), seen: "400 BadContentLength" },
  { name: "an empty length", text: post("Content-Length:"), seen: "400 BadContentLength" },
  { name: "a length that overflows", text: post("Content-Length: 99999999999999999999"), seen: "400 BadContentLength" },
  { name: "a name of 256 bytes", text: get(`${"a".repeat(256)}: 1`), seen: "400 BadFieldName" },
  { name: "an empty name", text: get(": 1"), seen: "400 BadFieldName" },
  { name: "a line without a colon", text: get("nothing"), seen: "400 BadFieldName" },
  { name: "chunked is not last", text: post("Transfer-Encoding: chunked, gzip"), seen: "400 BadTransferEncoding" },
  { name: "chunked is not alone", text: post("Transfer-Encoding: gzip, chunked"), seen: "400 BadTransferEncoding" },
  { name: "xchunked", text: post("Transfer-Encoding: xchunked"), seen: "400 BadTransferEncoding" },
  { name: "quoted chunked", text: post('Transfer-Encoding: "chunked"'), seen: "400 BadTransferEncoding" },
  { name: "identity", text: post("Transfer-Encoding: identity"), seen: "400 BadTransferEncoding" },
  {
    name: "two lines of Transfer-Encoding",
    text: post("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"),
    seen: "400 BadTransferEncoding",
  },
  {
    name: "Transfer-Encoding goes on in the next line",
    text: post("Transfer-Encoding:", " chunked"),
    seen: "400 BadFieldName",
  },
  {
    name: "chunked in HTTP/1.0",
    text: lines("POST / HTTP/1.0", "Transfer-Encoding: chunked"),
    seen: "400 BadTransferEncoding",
  },
  { name: "a line that goes on", text: get("X-A: 1", " 2"), seen: "400 BadFieldName" },
  { name: "a bare LF between fields", text: "GET / HTTP/1.1\r\nHost: a.example\nX: 1\r\n\r\n", seen: "400 BadLineEnd" },
  { name: "bare LFs alone", text: "GET / HTTP/1.1\nHost: a.example\n\n", seen: "400 BadLineEnd" },
  { name: "a bare CR in a value", text: get("X: 1\rY: 2"), seen: "400 BadLineEnd" },
  { name: "a bare CR, and no end yet", text: "GET / HTTP/1.1\r\nX: 1\rY: 2", seen: "400 BadLineEnd" },
  { name: "a space before the colon", text: get("X : 1"), seen: "400 BadFieldName" },
  { name: "a tab in a name", text: get("X\tY: 1"), seen: "400 BadFieldName" },
  { name: "NUL in a value", text: get("X: a\0b"), seen: "400 ControlCharacter" },
  { name: "NUL in a name", text: get("X\0: a"), seen: "400 ControlCharacter" },
  { name: "8 bits in a name", text: get("X\xe4: a"), seen: "400 BadFieldName" },
  { name: "no Host", text: lines("GET / HTTP/1.1", "X: 1"), seen: "400 HostMissing" },
  { name: "two Hosts", text: get("Host: a.example"), seen: "400 HostRepeated" },
  { name: "a Host with a user", text: lines("GET / HTTP/1.1", "Host: u@a.example"), seen: "400 BadHost" },
  { name: "a Host with a number sign", text: lines("GET / HTTP/1.1", "Host: a.example#b"), seen: "400 BadHost" },
  { name: "a Host with a path", text: lines("GET / HTTP/1.1", "Host: a.example/b"), seen: "400 BadHost" },
  { name: "an empty Host", text: lines("GET / HTTP/1.1", "Host:"), seen: "400 BadHost" },
  { name: "a port of 6 digits", text: lines("GET / HTTP/1.1", "Host: a.example:100000"), seen: "400 BadHost" },
  {
    name: "another Host in the target",
    text: lines("GET http://b.example/ HTTP/1.1", "Host: a.example"),
    seen: "400 HostDiffersFromTarget",
  },
  {
    name: "another port in the target",
    text: lines("GET http://a.example:81/ HTTP/1.1", "Host: a.example"),
    seen: "400 HostDiffersFromTarget",
  },
  {
    name: "a user in the target",
    text: lines("GET http://u@a.example/ HTTP/1.1", "Host: a.example"),
    seen: "400 BadTarget",
  },
  { name: "a fragment in the target", text: lines("GET /a#b HTTP/1.1", "Host: a.example"), seen: "400 BadTarget" },
  { name: "8 bits in the target", text: lines("GET /\xe4 HTTP/1.1", "Host: a.example"), seen: "400 BadTarget" },
  { name: "an asterisk", text: lines("GET * HTTP/1.1", "Host: a.example"), seen: "400 BadTarget" },
  { name: "a relative target", text: lines("GET a HTTP/1.1", "Host: a.example"), seen: "400 BadTarget" },
  { name: "CONNECT", text: lines("CONNECT a.example:443 HTTP/1.1", "Host: a.example"), seen: "405 MethodNotServed" },
  {
    name: "a method with a control character",
    text: lines("G\x01T / HTTP/1.1", "Host: a.example"),
    seen: "400 BadMethod",
  },
  { name: "two spaces after the method", text: lines("GET  / HTTP/1.1", "Host: a.example"), seen: "400 BadStartLine" },
  { name: "two spaces after the target", text: lines("GET /  HTTP/1.1", "Host: a.example"), seen: "400 BadStartLine" },
  { name: "no version", text: lines("GET /", "Host: a.example"), seen: "400 BadStartLine" },
  { name: "HTTP/2.0", text: lines("GET / HTTP/2.0", "Host: a.example"), seen: "505 VersionNotServed" },
  { name: "a version in lower case", text: lines("GET / http/1.1", "Host: a.example"), seen: "400 BadStartLine" },
  {
    name: "a target of more than 8 KiB",
    text: lines(`GET /${"a".repeat(8192)} HTTP/1.1`, "Host: a.example"),
    seen: "414 TargetTooLong",
  },
  { name: "an endless start line", text: `GET /${"a".repeat(100_000)}`, seen: "414 TargetTooLong" },
  { name: "a head of more than 64 KiB", text: get(`X: ${"a".repeat(65_536)}`), seen: "431 HeadTooLong" },
  { name: "an endless field", text: `GET / HTTP/1.1\r\nX: ${"a".repeat(70_000)}`, seen: "431 HeadTooLong" },
  { name: "101 fields", text: get(...Array<string>(100).fill("X: 1")), seen: "431 TooManyFields" },
  { name: "endless fields", text: `GET / HTTP/1.1\r\n${"X: 1\r\n".repeat(200)}`, seen: "431 TooManyFields" },
];

for (const { name, text, seen } of refusals) {
  test(`parseRequestHead refuses: ${name}`, () => {
    const found = parse(text);
    assert.equal(found?.kind === "refused" ? `${found.status} ${found.because}` : found, seen);
  });
}

const show = (head: RequestHead): string =>
  [
    head.method,
    head.target,
    `HTTP/1.${head.minorVersion}`,
    `${head.authority?.host ?? "-"}:${head.authority?.port ?? "-"}`,
    head.body.kind === "length" ? `length=${head.body.bytes}` : head.body.kind,
    head.keepsAlive ? "keeps" : "closes",
    ...head.fields.map(({ name, value }) => `${name}=${value}`),
  ].join(" ");

const accepted: readonly { readonly name: string; readonly text: string; readonly seen: string }[] = [
  { name: "a plain request", text: get(), seen: "GET / HTTP/1.1 a.example:- none keeps host=a.example" },
  {
    name: "a port, and upper case",
    text: lines("GET /a?b=c HTTP/1.1", "Host: A.Example:8080"),
    seen: "GET /a?b=c HTTP/1.1 a.example:8080 none keeps host=A.Example:8080",
  },
  {
    name: "an IPv6 address",
    text: lines("GET / HTTP/1.1", "Host: [fd00::1]:80"),
    seen: "GET / HTTP/1.1 [fd00::1]:80 none keeps host=[fd00::1]:80",
  },
  {
    name: "blanks around a value",
    text: get("X: \t a b \t"),
    seen: "GET / HTTP/1.1 a.example:- none keeps host=a.example x=a b",
  },
  {
    name: "8 bits in a value",
    text: get("X: \xe4"),
    seen: "GET / HTTP/1.1 a.example:- none keeps host=a.example x=\xe4",
  },
  {
    name: "a length",
    text: post("Content-Length: 12"),
    seen: "POST / HTTP/1.1 a.example:- length=12 keeps host=a.example content-length=12",
  },
  {
    name: "chunks",
    text: post("Transfer-Encoding: Chunked"),
    seen: "POST / HTTP/1.1 a.example:- chunked keeps host=a.example transfer-encoding=Chunked",
  },
  {
    name: "closing",
    text: get("Connection: Close"),
    seen: "GET / HTTP/1.1 a.example:- none closes host=a.example connection=Close",
  },
  { name: "HTTP/1.0 without Host", text: lines("GET / HTTP/1.0"), seen: "GET / HTTP/1.0 -:- none closes" },
  {
    name: "HTTP/1.0 that keeps",
    text: lines("GET / HTTP/1.0", "Connection: Keep-Alive"),
    seen: "GET / HTTP/1.0 -:- none keeps connection=Keep-Alive",
  },
  {
    name: "the absolute form",
    text: lines("GET http://A.example/x?y HTTP/1.1", "Host: a.example:80"),
    seen: "GET /x?y HTTP/1.1 a.example:- none keeps host=a.example:80",
  },
  {
    name: "the absolute form without a path",
    text: lines("GET http://a.example?y HTTP/1.1", "Host: a.example"),
    seen: "GET /?y HTTP/1.1 a.example:- none keeps host=a.example",
  },
  {
    name: "OPTIONS *",
    text: lines("OPTIONS * HTTP/1.1", "Host: a.example"),
    seen: "OPTIONS * HTTP/1.1 a.example:- none keeps host=a.example",
  },
  {
    name: "an empty line before it",
    text: `\r\n${get()}`,
    seen: "GET / HTTP/1.1 a.example:- none keeps host=a.example",
  },
  {
    name: "100 fields",
    text: get(...Array<string>(99).fill("X: 1")),
    seen: `GET / HTTP/1.1 a.example:- none keeps host=a.example${" x=1".repeat(99)}`,
  },
];

for (const { name, text, seen } of accepted) {
  test(`parseRequestHead reads: ${name}`, () => {
    const found = parse(`${text}GET /next HTTP/1.1\r\n`);
    assert.ok(found?.kind === "request", JSON.stringify(found));
    assert.equal(show(found), seen);
    assert.equal(found.bytes, text.length);
  });
}

test("parseRequestHead: however little has come, a head that will be read is never refused", () => {
  for (const { text, name } of accepted) {
    for (let length = 0; length < text.length; length += 1) {
      assert.equal(parse(text.slice(0, length)), undefined, `${name}, ${length} bytes`);
    }
  }
});

test("parseRequestHead: a head that is refused early is never read when all has come", () => {
  for (const { text, name } of refusals) {
    const early = Array.from({ length: Math.min(text.length, 400) }, (_, length) => parse(text.slice(0, length)));
    assert.ok(
      early.every((found) => found === undefined || found.kind === "refused"),
      name,
    );
  }
});

/** As an endpoint could be sent it, were it passed on word for word. */
const printed = ({ method, target, fields }: RequestHead): string =>
  lines(`${method} ${target} HTTP/1.1`, ...fields.map(({ shown, value }) => `${shown}: ${value}`));

test("parseRequestHead: whatever is accepted of bytes changed at random is read the same when it is passed on", () => {
  const random = seeded(35);
  const begin = post("Content-Length: 3", "X-A: 1", "Connection: keep-alive");
  const bytes = [
    "\r",
    "\n",
    "\0",
    " ",
    "\t",
    ":",
    ",",
    "\x7f",
    "\xe4",
    "#",
    "@",
    "Transfer-Encoding: chunked\r\n",
    "0",
    "+",
  ];
  let accepted = 0;
  for (let round = 0; round < 20_000; round += 1) {
    let text = begin;
    for (let i = 0; i < 1 + random() * 2; i += 1) {
      const at = Math.floor(random() * text.length);
      const piece = bytes[Math.floor(random() * bytes.length)] ?? "";
      text = `${text.slice(0, at)}${piece}${text.slice(at + Math.floor(random() * 2))}`;
    }
    const found = parse(text);
    if (found?.kind !== "request") continue;
    accepted += 1;
    const again = parse(printed(found));
    assert.ok(again?.kind === "request", JSON.stringify(text));
    assert.deepEqual(
      [again.body, again.authority, again.target, again.fields],
      [found.body, found.authority, found.target, found.fields],
    );
  }
  assert.ok(accepted > 500, `${accepted} were accepted`);
});
