import assert from "node:assert/strict";
import { test } from "node:test";
import { nameServersOf, namesOnlyStub } from "./resolv-conf.ts";

const cases: readonly { readonly name: string; readonly text: string; readonly addresses: readonly string[] }[] = [
  { name: "nothing", text: "", addresses: [] },
  {
    name: "two servers",
    text: "search lan\nnameserver 192.0.2.1\nnameserver\t2001:db8::1\n",
    addresses: ["192.0.2.1", "2001:db8::1"],
  },
  {
    name: "more than the C library uses",
    text: "1234".replace(/./g, "nameserver 192.0.2.$&\n"),
    addresses: ["192.0.2.1", "192.0.2.2", "192.0.2.3"],
  },
  { name: "a link-local server", text: "nameserver fe80::1%eth0", addresses: ["fe80::1%eth0"] },
  {
    name: "comments and rubbish",
    text: "# nameserver 192.0.2.1\n;nameserver 192.0.2.2\nnameserver\nnameserver dns.lan\n nameserver 192.0.2.3\nnameserver 192.0.2.4 # mine\n",
    addresses: ["192.0.2.4"],
  },
];
for (const { name, text, addresses } of cases) {
  test(`name servers of resolv.conf: ${name}`, () => assert.deepEqual(nameServersOf(text), addresses));
}

test("systemd-resolved's own address is recognised where it stands alone", () => {
  assert.equal(namesOnlyStub(["127.0.0.53"]), true);
  assert.equal(namesOnlyStub(["127.0.0.53", "192.0.2.1"]), false);
  assert.equal(namesOnlyStub(["127.0.0.1"]), false);
  assert.equal(namesOnlyStub([]), false);
});
