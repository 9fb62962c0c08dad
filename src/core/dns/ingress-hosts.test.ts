import assert from "node:assert/strict";
import { test } from "node:test";
import { answer } from "./answer.ts";
import { type HostedIngress, hostClaim } from "./ingress-hosts.ts";
import { TYPE } from "./record.ts";
import { rcodeName, showRecord } from "./specimens.ts";
import { Zone } from "./zone.ts";

const DOMAIN = "cluster.local.";

/** `day`: of January, when it was made. */
const ingress = (name: string, hosts: readonly string[], ips: readonly string[], day = 1): HostedIngress => ({
  metadata: { name, namespace: "shop", creationTimestamp: `2026-01-0${day}T00:00:00Z` },
  spec: { rules: hosts.map((host) => ({ host })) },
  status: { loadBalancer: { ingress: ips.map((ip) => ({ ip })) } },
});

function zoneOf(...all: readonly HostedIngress[]): Zone {
  const zone = new Zone({ domain: DOMAIN, cidrs: [], nameServers: [] });
  for (const one of all) zone.replaceHosts(one.metadata.name, hostClaim(one, DOMAIN));
  return zone;
}

/** The status and the answers, or `not ours`. */
function ask(zone: Zone, name: string, type: keyof typeof TYPE): string {
  const told = answer(zone, { name, type: TYPE[type] }, 0);
  if (told.kind !== "complete") return told.kind;
  const { rcode, answers } = told.content;
  return [rcodeName(rcode), ...answers.map((one) => showRecord(one).replace(/^.* IN /, ""))].join(" ");
}

const zone = zoneOf(
  ingress("web", ["Shop.example.com", "*.example.com", ""], ["172.30.0.129", "fd00::129"]),
  ingress("younger", ["shop.example.com", "own.example.com"], ["172.30.0.130"], 2),
  ingress("waiting", ["waits.example.org"], []),
  ingress("thief", ["web.shop.svc.cluster.local", "cluster.local", "1.0.0.10.in-addr.arpa", "*"], ["172.30.0.131"]),
);

for (const [name, type, expected] of [
  ["shop.example.com.", "A", "NOERROR A 172.30.0.129"],
  ["SHOP.example.com.", "AAAA", "NOERROR AAAA fd00::129"],
  ["any.example.com.", "A", "NOERROR A 172.30.0.129"],
  ["own.example.com.", "A", "NOERROR A 172.30.0.130"],
  ["own.example.com.", "AAAA", "NOERROR"],
  ["own.example.com.", "HTTPS", "NOERROR"],
  ["own.example.com.", "MX", "not ours"],
  ["a.b.example.com.", "A", "not ours"],
  ["example.com.", "A", "not ours"],
  ["waits.example.org.", "A", "not ours"],
  ["web.shop.svc.cluster.local.", "A", "NXDOMAIN"],
  ["cluster.local.", "A", "NOERROR"],
  ["1.0.0.10.in-addr.arpa.", "PTR", "not ours"],
  ["1.0.0.10.in-addr.arpa.", "A", "not ours"],
] as const)
  test(`hosts of Ingresses: ${name} ${type} is ${expected}`, () => assert.equal(ask(zone, name, type), expected));

test("when the oldest Ingress of a host goes, the next one has it, and after the last nobody", () => {
  const changing = zoneOf(ingress("old", ["a.example.com"], ["192.0.2.1"]));
  changing.replaceHosts("young", hostClaim(ingress("young", ["a.example.com"], ["192.0.2.2"], 2), DOMAIN));
  const seen = [ask(changing, "a.example.com.", "A")];
  for (const key of ["old", "young"]) {
    const before = changing.version;
    changing.replaceHosts(key, undefined);
    assert.ok(changing.version > before, "prepared answers are outdated");
    seen.push(ask(changing, "a.example.com.", "A"));
  }
  assert.deepEqual(seen, ["NOERROR A 192.0.2.1", "NOERROR A 192.0.2.2", "not ours"]);
});
