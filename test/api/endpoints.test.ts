import assert from "node:assert/strict";
import test from "node:test";
import { endpoints } from "#api/core/endpoints.ts";
import { endpointSlices } from "#api/discovery/endpoint-slice.ts";
import { told, toldOfUpdate } from "./told.ts";

const special: readonly (readonly [family: string, address: string, what: string])[] = [
  ["IPv4", "0.0.0.0", "may not be unspecified (0.0.0.0 or ::)"],
  ["IPv4", "127.1.2.3", "may not be in the loopback range (127.0.0.0/8, ::1/128)"],
  ["IPv4", "169.254.169.254", "may not be in the link-local range (169.254.0.0/16, fe80::/10)"],
  ["IPv4", "224.0.0.7", "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)"],
  ["IPv6", "::", "may not be unspecified (0.0.0.0 or ::)"],
  ["IPv6", "::1", "may not be in the loopback range (127.0.0.0/8, ::1/128)"],
  ["IPv6", "fe80::1", "may not be in the link-local range (169.254.0.0/16, fe80::/10)"],
  ["IPv6", "::ffff:127.0.0.1", "must not be an IPv4-mapped IPv6 address"],
];
for (const [addressType, address, what] of special) {
  const shown = JSON.stringify(address);
  test(`an endpoint ${what}: ${address}`, () => {
    assert.deepEqual(told(endpointSlices, { addressType, endpoints: [{ addresses: [address] }] }), [
      `endpoints[0].addresses[0]: Invalid value: ${shown}: ${what}`,
    ]);
    assert.deepEqual(told(endpoints, { subsets: [{ addresses: [{ ip: address }] }] }), [
      `subsets[0].addresses[0].ip: Invalid value: ${shown}: ${what}`,
    ]);
  });
}

const one = { addresses: ["10.244.0.5"] };
const cases: readonly (readonly [name: string, slice: object, messages: readonly string[]])[] = [
  ["an address is enough", { addressType: "IPv4", endpoints: [one] }, []],
  ["no address type", { endpoints: [one] }, ["addressType: Required value"]],
  [
    "an address type that is none",
    { addressType: "IPX", endpoints: [one] },
    ['addressType: Unsupported value: "IPX": supported values: "FQDN", "IPv4", "IPv6"'],
  ],
  [
    "an address of the other family",
    { addressType: "IPv6", endpoints: [one] },
    ['endpoints[0].addresses[0]: Invalid value: "10.244.0.5": must be a valid IPv6 address'],
  ],
  [
    "no address",
    { addressType: "IPv4", endpoints: [{ addresses: [] }] },
    ["endpoints[0].addresses: Required value: must contain at least 1 address"],
  ],
  [
    "too many addresses of one endpoint",
    { addressType: "IPv4", endpoints: [{ addresses: Array.from({ length: 101 }, (_, i) => `10.0.0.${i}`) }] },
    ["endpoints[0].addresses: Too many: 101: must have at most 100 items"],
  ],
  [
    "too many endpoints",
    { addressType: "IPv4", endpoints: Array(1001).fill(one) },
    ["endpoints: Too many: 1001: must have at most 1000 items"],
  ],
  [
    "two ports of one name",
    { addressType: "IPv4", endpoints: [], ports: [{ port: 80 }, { port: 81 }] },
    ['ports[1].name: Duplicate value: ""'],
  ],
  [
    "a port beyond the last",
    { addressType: "IPv4", endpoints: [], ports: [{ port: 70_000 }] },
    ["ports[0].port: Invalid value: 70000: must be between 1 and 65535, inclusive"],
  ],
];
for (const [name, slice, messages] of cases)
  test(`an EndpointSlice is judged as Kubernetes judges it: ${name}`, () =>
    assert.deepEqual(told(endpointSlices, { ...slice }), messages));

test("a slice keeps its address type", () =>
  assert.deepEqual(toldOfUpdate(endpointSlices, { addressType: "IPv6" }, { addressType: "IPv4" }), [
    'addressType: Invalid value: "IPv6": field is immutable',
  ]));

test("a subset of Endpoints has addresses, and names where it has several ports", () =>
  assert.deepEqual(told(endpoints, { subsets: [{ ports: [{ port: 80 }, { port: 0 }] }] }), [
    "subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`",
    "subsets[0].ports[0].name: Required value",
    "subsets[0].ports[1].name: Required value",
    "subsets[0].ports[1].port: Invalid value: 0: must be between 1 and 65535, inclusive",
  ]));
