import assert from "node:assert/strict";
import { test } from "node:test";
import { socketsIn } from "./sockets.ts";

const tcpHead = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";
const udpHead =
  "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops";
const rest = "00000000:00000000 00:00000000 00000000     0        0 19641 1 0000000000000000 100 0 0 10 0";
const line = (place: string, state: string): string => `   0: ${place} 00000000:0000 ${state} ${rest}`;

const cases: readonly (readonly [string, readonly string[], readonly string[] | undefined])[] = [
  ["a listener on all IPv4 addresses", [tcpHead, line("00000000:1F90", "0A")], ["TCP 0.0.0.0 8080"]],
  ["a listener on the loopback", [tcpHead, line("0100007F:0050", "0A")], ["TCP 127.0.0.1 80"]],
  ["a connection is no listener", [tcpHead, line("0100007F:0050", "01")], []],
  ["one on all IPv6 addresses", [tcpHead, line(`${"0".repeat(32)}:1F90`, "0A")], ["TCP :: 8080"]],
  ["the IPv6 loopback", [tcpHead, line(`${"0".repeat(24)}01000000:1F90`, "0A")], ["TCP ::1 8080"]],
  ["an address of IPv6", [tcpHead, line("B80D0120000000000000000001000000:0035", "0A")], ["TCP 2001:db8::1 53"]],
  [
    "an IPv4 address on an IPv6 socket",
    [tcpHead, line("0000000000000000FFFF00000100007F:0035", "0A")],
    ["TCP 127.0.0.1 53"],
  ],
  ["the UDP file is told by its head", [tcpHead, udpHead, line("00000000:0035", "07")], ["UDP 0.0.0.0 53"]],
  ["a connected UDP socket", [udpHead, line("00000000:0035", "01")], []],
  ["the same socket twice", [tcpHead, line("00000000:0050", "0A"), line("00000000:0050", "0A")], ["TCP 0.0.0.0 80"]],
  ["what cat says of a missing file", ["cat: /proc/net/tcp: No such file or directory"], undefined],
];
for (const [name, lines, open] of cases)
  test(`sockets of a pod: ${name}`, () => {
    const found = socketsIn(lines.join("\n"));
    assert.deepEqual(
      found?.map(({ protocol, address, port }) => `${protocol} ${address} ${port}`),
      open,
    );
  });
