import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Share } from "#api/portolan/share.ts";
import { metadataOf } from "../pod-specimens.ts";
import { type Entrance, entranceOf, readTicket, showTicket, type Visit } from "./share-ticket.ts";

const secret = "abcdefghijklmnopqrstuvwxyz012345";
const ticket = `default.web-1.${secret}`;
const expires = "2026-01-01T01:00:00Z";
const now = Date.parse("2026-01-01T00:00:00Z");

/** Stands in for SHA-256: what matters is that the secret goes through it. */
const sha256 = (text: string): string => `digest of ${text}`;
const share: Share = {
  metadata: metadataOf("web-1"),
  spec: { service: "web", scheme: "http", tokenHash: sha256(secret), expires },
};

const shareOf = ({ namespace, name }: { readonly namespace: string; readonly name: string }): Share | undefined =>
  namespace === "default" && name === "web-1" ? share : undefined;
const gate = { shareOf, sha256, now };
const visit = (given: Partial<Visit> = {}): Visit => ({ method: "GET", url: "/", cookie: "", accept: "*/*", ...given });
const page = { accept: "text/html,application/xhtml+xml" };
const mark = `portolan-share=${ticket}; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax`;

interface Row {
  readonly name: string;
  readonly visit: Partial<Visit>;
  readonly entrance: Entrance;
}

const closed = (because: "no ticket" | "not valid"): Entrance => ({ kind: "closed", because });

suite("a link", () => {
  const rows: readonly Row[] = [
    { name: "nothing is shown to who has no ticket", visit: {}, entrance: closed("no ticket") },
    {
      name: "a browser gets a cookie, and an address without the ticket",
      visit: { ...page, url: `/cart?a=1&portolan-share=${ticket}&b=%20` },
      entrance: { kind: "marked", url: "/cart?a=1&b=%20", mark },
    },
    {
      name: "a program is served at once",
      visit: { url: `/?portolan-share=${ticket}` },
      entrance: { kind: "open", share, url: "/", cookie: "", mark },
    },
    {
      name: "a form is not sent in vain",
      visit: { ...page, method: "POST", url: `/?portolan-share=${ticket}` },
      entrance: { kind: "open", share, url: "/", cookie: "", mark },
    },
    {
      name: "the application gets its own cookies, and not the ticket",
      visit: { url: "/a?b", cookie: `theme=dark; portolan-share=${ticket}; id=7` },
      entrance: { kind: "open", share, url: "/a?b", cookie: "theme=dark; id=7", mark: undefined },
    },
    {
      name: "a new link replaces an old one",
      visit: { url: `/?portolan-share=${ticket}`, cookie: "portolan-share=default.gone.x" },
      entrance: { kind: "open", share, url: "/", cookie: "", mark },
    },
    {
      name: "a wrong secret",
      visit: { url: `/?portolan-share=default.web-1.${"x".repeat(32)}` },
      entrance: closed("not valid"),
    },
    {
      name: "another namespace's",
      visit: { url: `/?portolan-share=other.web-1.${secret}` },
      entrance: closed("not valid"),
    },
    { name: "rubbish", visit: { url: "/?portolan-share=../../etc" }, entrance: closed("not valid") },
  ];
  for (const row of rows) test(row.name, () => assert.deepEqual(entranceOf(visit(row.visit), gate), row.entrance));

  test("ends when it expires, and when it is on its way out", () => {
    const cookie = `portolan-share=${ticket}`;
    const late = entranceOf(visit({ cookie }), { ...gate, now: Date.parse(expires) });
    assert.deepEqual(late, closed("not valid"));
    const going = { ...share, metadata: { ...share.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" } };
    assert.deepEqual(entranceOf(visit({ cookie }), { ...gate, shareOf: () => going }), closed("not valid"));
  });
});

test("a ticket is read as it is written", () => {
  const read = readTicket(ticket);
  assert.deepEqual(read, { namespace: "default", name: "web-1", secret });
  assert.equal(read && showTicket(read), ticket);
});
