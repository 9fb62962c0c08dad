import assert from "node:assert/strict";
import { test } from "node:test";
import { fileOf } from "./sysctls.ts";

test("a key is a path, and a slash in it a dot, as sysctl reads it", () => {
  assert.equal(fileOf("net.ipv4.ip_forward"), "/proc/sys/net/ipv4/ip_forward");
  assert.equal(fileOf("net.ipv6.conf.eth0/100.proxy_ndp"), "/proc/sys/net/ipv6/conf/eth0.100/proxy_ndp");
});
