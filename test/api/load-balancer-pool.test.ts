import assert from "node:assert/strict";
import test from "node:test";
import { loadBalancerPools } from "#api/portolan/load-balancer-pool.ts";
import { told } from "./told.ts";

const noBlock = "must be a block without host bits, (e.g. 192.0.2.240/28 or 2001:db8::/120)";

const cases: readonly (readonly [name: string, blocks: readonly object[], messages: readonly string[]])[] = [
  ["blocks and ranges of both families", [{ cidr: "192.0.2.0/28" }, { start: "2001:db8::1", stop: "2001:db8::9" }], []],
  ["one address", [{ start: "192.0.2.7", stop: "192.0.2.7" }], []],
  ["no block at all", [], ["spec.blocks: Required value: must contain at least 1 block"]],
  [
    "junk",
    [{ cidr: "192.0.2.0/33" }, { start: "192.0.2", stop: "all" }],
    [
      `spec.blocks[0].cidr: Invalid value: "192.0.2.0/33": ${noBlock}`,
      'spec.blocks[1].start: Invalid value: "192.0.2": must be a valid IP address',
      'spec.blocks[1].stop: Invalid value: "all": must be a valid IP address',
    ],
  ],
  ["host bits", [{ cidr: "192.0.2.7/28" }], [`spec.blocks[0].cidr: Invalid value: "192.0.2.7/28": ${noBlock}`]],
  [
    "an end before its beginning, and ends of two families",
    [
      { start: "192.0.2.9", stop: "192.0.2.3" },
      { start: "192.0.2.9", stop: "2001:db8::1" },
    ],
    [
      'spec.blocks[0].stop: Invalid value: "192.0.2.3": must be of the family of `start`, and not before it',
      'spec.blocks[1].stop: Invalid value: "2001:db8::1": must be of the family of `start`, and not before it',
    ],
  ],
  ["half a range", [{ start: "192.0.2.9" }], ["spec.blocks[0].stop: Required value: where the block has no `cidr`"]],
  [
    "two ways at once",
    [{ cidr: "192.0.2.0/28", start: "192.0.2.1" }],
    ['spec.blocks[0]: Invalid value: "192.0.2.0/28": must have either `cidr`, or `start` and `stop`'],
  ],
  [
    "an address twice",
    [{ cidr: "192.0.2.0/28" }, { start: "192.0.2.15", stop: "192.0.2.20" }],
    ['spec.blocks[1]: Invalid value: "192.0.2.15-192.0.2.20": must not overlap with 192.0.2.0/28'],
  ],
  [
    "addresses that mean something else on every machine",
    [{ cidr: "127.0.0.0/28" }, { cidr: "fe80::/64" }],
    [
      'spec.blocks[0].cidr: Invalid value: "127.0.0.0": may not be in the loopback range (127.0.0.0/8, ::1/128)',
      'spec.blocks[1].cidr: Invalid value: "fe80::": may not be in the link-local range (169.254.0.0/16, fe80::/10)',
    ],
  ],
];

for (const [name, blocks, messages] of cases)
  test(`a pool of ${name}`, () => assert.deepEqual(told(loadBalancerPools, { spec: { blocks } }), messages));
