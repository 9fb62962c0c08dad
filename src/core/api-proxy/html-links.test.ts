import assert from "node:assert/strict";
import { test } from "node:test";
import { HtmlLinks } from "./html-links.ts";
import { type Page, proxiedLink } from "./links.ts";

const prefix = "/p";
const page: Page = { prefix, hosts: ["10.0.0.5:80", "127.0.0.1:8001"], scheme: "http" };

const links: readonly (readonly [link: string, expected: string | undefined])[] = [
  ["/", "/p/"],
  ["/a/../b?c#d", "/p/a/../b?c#d"],
  ["/%2e%2e/x", "/p/%2e%2e/x"],
  ["a", undefined],
  ["../a", undefined],
  ["?a", undefined],
  ["#a", undefined],
  ["", undefined],
  ["/p/a", undefined],
  ["/p?a", undefined],
  ["/pa", "/p/pa"],
  ["http://10.0.0.5/a", "/p/a"],
  ["HTTP://10.0.0.5:80", "/p/"],
  ["//127.0.0.1:8001/a", "/p/a"],
  ["http://127.0.0.1:8001/p/a", "/p/a"],
  ["https://10.0.0.5/a", undefined],
  ["http://10.0.0.5:81/a", undefined],
  ["http://elsewhere/a", undefined],
  ["//elsewhere/a", undefined],
  ["http://10.0.0.5@elsewhere/a", undefined],
  ["mailto:/a", undefined],
  ["javascript:/a", undefined],
  ["data:text/plain,/a", undefined],
];
for (const [link, expected] of links)
  test(`a link to ${JSON.stringify(link)} ${expected === undefined ? "stays" : `becomes ${expected}`}`, () =>
    assert.equal(proxiedLink(link, page), expected));

test("without a prefix, the target's own address alone goes", () => {
  const bare = { ...page, prefix: "" };
  assert.equal(proxiedLink("http://10.0.0.5/a", bare), "/a");
  assert.equal(proxiedLink("/a", bare), undefined);
});

const pages: readonly (readonly [name: string, html: string, expected: string])[] = [
  ["double quotes", '<a href="/x">', '<a href="/p/x">'],
  ["single quotes", "<A HREF='/x'>", "<A HREF='/p/x'>"],
  ["no quotes", "<img src=/x.png alt=y>", "<img src=/p/x.png alt=y>"],
  ["spaces around", '<a href = " /x ">', '<a href = " /p/x ">'],
  ["a line in the tag", '<script\n  defer\n  src="/x.js"></script>', '<script\n  defer\n  src="/p/x.js"></script>'],
  ["a tag that ends itself", '<link href="/x.css"/>', '<link href="/p/x.css"/>'],
  ["forms", '<form action="/x"><button formaction="/y">', '<form action="/p/x"><button formaction="/p/y">'],
  ["the base of a page", '<base href="/">', '<base href="/p/">'],
  ["two links of a tag", '<video poster="/a" src="/b">', '<video poster="/p/a" src="/p/b">'],
  ["slashes as references", '<a href="&#x2F;x&amp;y">', '<a href="/p/x&amp;y">'],
  ["a choice of pictures", '<img srcset="/a.png 1x, /b.png 2x">', '<img srcset="/p/a.png 1x, /p/b.png 2x">'],
  ["a picture in place", '<img srcset="data:a/b;base64,/9j/ 1x">', '<img srcset="data:a/b;base64,/9j/ 1x">'],
  ["an attribute that is no link", '<a title="/x" data-href="/y">', '<a title="/x" data-href="/y">'],
  ["a tag without links", '<p href="/x">', '<p href="/x">'],
  ["an end tag", '</a href="/x">', '</a href="/x">'],
  ["a comment", '<!-- <a href="/x"> --><a href="/y">', '<!-- <a href="/x"> --><a href="/p/y">'],
  ["a comment of nothing", '<!--><a href="/y">', '<!--><a href="/p/y">'],
  ["a comment that ends oddly", '<!-- x --!><a href="/y">', '<!-- x --!><a href="/p/y">'],
  ["a declaration", '<!doctype html "><a href="/y">', '<!doctype html "><a href="/p/y">'],
  ["an instruction", '<?xml x?><a href="/y">', '<?xml x?><a href="/p/y">'],
  [
    "a script's text",
    `<script>let a = '<a href="/x">' + "</scripts>"</SCRIPT ><a href="/y">`,
    `<script>let a = '<a href="/x">' + "</scripts>"</SCRIPT ><a href="/p/y">`,
  ],
  ["a style's text", '<style><a href="/x"></style>', '<style><a href="/x"></style>'],
  ["a text field", '<textarea><a href="/x"></textarea>', '<textarea><a href="/x"></textarea>'],
  ["a title", '<title><a href="/x"></title><a href="/x">', '<title><a href="/x"></title><a href="/p/x">'],
  ["a quote in an unquoted value", "<a title=it's href=/x>", "<a title=it's href=/p/x>"],
  ["a bracket in a value", '<a title="a > b" href="/x">', '<a title="a > b" href="/p/x">'],
  ["no space between", `<a title="a"href='/x'>`, `<a title="a"href='/p/x'>`],
  ["an equals sign as name", '<a = href="/x">', '<a = href="/p/x">'],
  ["no value", '<a href= ><a href><a href="/x">', '<a href= ><a href><a href="/p/x">'],
  ["brackets that are none", '1 < 2 <3 <> </> <a href="/x">', '1 < 2 <3 <> </> <a href="/p/x">'],
  ["an unfinished tag", '<b>x</b><a href="/x"', '<b>x</b><a href="/x"'],
  ["an unfinished comment", '<!-- <a href="/x">', '<!-- <a href="/x">'],
  ["an unfinished beginning", "x<", "x<"],
  ["other bytes", '\u00ff\u0000<a href="/\u00e4">', '\u00ff\u0000<a href="/p/\u00e4">'],
  ["what is no HTML", '{"a": "/x"}', '{"a": "/x"}'],
];

function written(pieces: Iterable<string>): string {
  const links = new HtmlLinks((link) => proxiedLink(link, page));
  let text = "";
  for (const piece of pieces) text += links.push(piece);
  return text + links.end();
}

for (const [name, html, expected] of pages)
  test(`links of a page: ${name}`, () => {
    assert.equal(written([html]), expected);
    assert.equal(written(html), expected, "a character at a time");
    for (let at = 1; at < html.length; at++)
      assert.equal(written([html.slice(0, at), html.slice(at)]), expected, `cut before ${at}`);
  });

test("a tag without end goes through, and is not kept", () => {
  const links = new HtmlLinks(() => "never");
  const told = Array.from({ length: 100 }, (_, i) => links.push(i === 0 ? '<a title="' : "x".repeat(10_000)));
  assert.ok(told.some((text) => text.length > 64 << 10));
  assert.ok(links.end().length <= 64 << 10);
});
