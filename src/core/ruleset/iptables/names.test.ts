import assert from "node:assert/strict";
import { test } from "node:test";
import { mustIp } from "#net/ip.ts";
import { ChainNames, chainHash, portNameOf } from "./names.ts";

/** The hashes of some texts, as `sha256sum` prints them. */
const sums: Readonly<Record<string, string>> = {
  "default/nginx-svctcp": "3afab65c7d494f0cf96d8ed72cc4835088d2693ab9a6db439d2f6b9217b72c8c",
  "default/nginx-svctcp10.244.0.7:80": "0e2dc04864d150ece4cbe2e6b22e6bb2f57b7a3f984bad347ca79c87e40eeaa6",
  "default/nginx-svctcp[fd00:244::7]:80": "3a04dcd7807616eef8446cbf2bbf74597817c0b9ab2c618b468434aa6f89fd4a",
  "hostport default/nginx-svctcp": "55f844107dd182495e65a877066bc23712835e340fd70db1268182fd3c5b1b0f",
};
const sha256 = (text: string): Uint8Array => {
  const sum = sums[text];
  if (sum === undefined) throw new RangeError(`nobody hashed ${JSON.stringify(text)}`);
  return Uint8Array.from(sum.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
};
const names = new ChainNames(sha256);
const service = { portName: "default/nginx-svc", protocol: "TCP", of: "service" } as const;
const endpoint = { nodeName: undefined, pod: undefined, condition: "ready" } as const;

test("a chain of a Service has the name that kube-proxy gives it", () => {
  assert.equal(chainHash("default/nginx-svctcp", sha256), "HL5LMXD5JFHQZ6LN");
  assert.equal(names.pool(service, "cluster"), "KUBE-SVC-HL5LMXD5JFHQZ6LN");
  assert.equal(names.pool(service, "node"), "KUBE-SVL-HL5LMXD5JFHQZ6LN");
  assert.equal(names.external(service), "KUBE-EXT-HL5LMXD5JFHQZ6LN");
  assert.equal(names.firewall(service), "KUBE-FW-HL5LMXD5JFHQZ6LN");
});

test("an endpoint's chain is named by Service, protocol and address, an IPv6 one in brackets", () => {
  assert.equal(
    names.endpoint(service, { ...endpoint, ip: mustIp("10.244.0.7"), port: 80 }),
    "KUBE-SEP-BYW4ASDE2FIOZZGL",
  );
  assert.equal(
    names.endpoint(service, { ...endpoint, ip: mustIp("fd00:244::7"), port: 80 }),
    "KUBE-SEP-HICNZV4AOYLO56CE",
  );
});

test("a pod's host port never shares a chain with a Service of the pod's name", () => {
  assert.equal(names.external({ ...service, of: "pod" }), "KUBE-HP-KX4EIED52GBESXTF");
});

test("the port's name is kube-proxy's, with or without a name of its own", () => {
  assert.equal(portNameOf({ id: "default/nginx-svc:http/ClusterIP" }), "default/nginx-svc:http");
  assert.equal(portNameOf({ id: "default/nginx-svc/NodePort/IPv6" }), "default/nginx-svc");
});
