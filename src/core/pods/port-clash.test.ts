import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { portsInUse } from "./port-clash.ts";

const declared = { ports: [{ containerPort: 9090, protocol: "TCP" }] } as const;

describe("the port that a container died for, by what it wrote", () => {
  const rows = [
    ["influxd", "run: open server: listen tcp 127.0.0.1:8088: bind: address already in use", ["TCP 8088"]],
    ["nginx", "2026/01/02 12:00:00 [emerg] 1#1: bind() to 0.0.0.0:80 failed (98: Address already in use)", ["TCP 80"]],
    ["httpd", "(98)Address already in use: AH00072: make_sock: could not bind to address [::]:80", ["TCP 80"]],
    [
      "redis",
      "1:M 02 Jan 2026 12:00:00.123 # Could not create server TCP listening socket *:6379: bind: Address already in use",
      ["TCP 6379"],
    ],
    ["Node", "Error: listen EADDRINUSE: address already in use :::8080", ["TCP 8080"]],
    [
      "haproxy",
      "[ALERT] Starting frontend web: cannot bind socket (Address already in use) [0.0.0.0:443]",
      ["TCP 443"],
    ],
    ["a DNS server", "listen udp 0.0.0.0:53: bind: address already in use", ["UDP 53"]],
    ["words", "cannot listen on port 5432: Address already in use", ["TCP 5432"]],
    ["a time and no port", "12:34:56 OSError: [Errno 98] Address already in use", ["TCP 9090"]],
    [
      "two ports, the last one first",
      "listen tcp :80: address already in use\nlisten tcp :443: address already in use",
      ["TCP 443", "TCP 80"],
    ],
    ["no number that is a port", "listen tcp :99999: bind: address already in use", ["TCP 9090"]],
    ["another reason", "listen tcp :80: bind: permission denied", []],
    ["nothing", "", []],
  ] as const;
  for (const [who, log, ports] of rows)
    test(who, () =>
      assert.deepEqual(
        portsInUse(`starting\n${log}\nbye`, declared).map(({ protocol, port }) => `${protocol} ${port}`),
        ports,
      ),
    );
});
