import assert from "node:assert/strict";
import { test } from "node:test";
import { dialable } from "./dialable.ts";

const refused = {
  "this machine": ["127.0.0.1", "127.255.255.254", "::1", "0.0.0.0", "0.1.2.3", "::"],
  "one link": ["169.254.0.1", "fe80::1"],
  "many machines": ["224.0.0.1", "239.255.255.255", "255.255.255.255", "ff02::1"],
  "where clouds keep credentials": ["169.254.169.254", "fd00:ec2::254", "168.63.129.16", "100.100.100.200"],
  "such an address in IPv6": [
    "::ffff:127.0.0.1",
    "::ffff:a9fe:a9fe",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
  ],
  "no address as it is written": [
    "",
    "2130706433",
    "0177.0.0.1",
    "0x7f.0.0.1",
    "127.1",
    "10.1",
    "localhost",
    "10.0.0.1 ",
  ],
};
for (const [what, addresses] of Object.entries(refused))
  for (const address of addresses)
    test(`not dialled, ${what}: ${JSON.stringify(address)}`, () => assert.equal(dialable(address), undefined));

for (const [address, dialled] of [
  ["10.244.0.5", "10.244.0.5"],
  ["192.168.1.1", "192.168.1.1"],
  ["203.0.113.9", "203.0.113.9"],
  ["fd00::5", "fd00::5"],
  ["2001:DB8:0:0::1", "2001:db8::1"],
  ["::ffff:10.0.0.1", "::ffff:a00:1"],
] as const)
  test(`${address} may be dialled`, () => assert.equal(dialable(address)?.text, dialled));
