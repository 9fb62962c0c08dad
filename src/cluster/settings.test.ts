import assert from "node:assert/strict";
import { test } from "node:test";
import { readSettings, type SettingName, settingsTable, variableOf } from "./settings.ts";

interface Row {
  readonly taken: readonly string[];
  readonly refused: readonly string[];
}

const rows: Readonly<Record<SettingName, Row>> = {
  "data-dir": { taken: ["/var/lib/x", "/x/"], refused: ["x", "", "/", "./x"] },
  nodes: { taken: ["1", "3", "100"], refused: ["0", "101", "03", "one"] },
  "api-port": { taken: ["1", "6443", "65535"], refused: ["0", "65536", "-1", "http", "6443 ", ""] },
  "bind-address": { taken: ["0.0.0.0", "192.0.2.1", "::1"], refused: ["localhost", "192.0.2", "192.0.2.1/24"] },
  "cluster-cidr": {
    taken: ["10.244.0.0/16", "10.0.0.0/8", "10.1.2.0/24", "fd00::/56", "fd00::/56,10.244.0.0/16"],
    refused: ["10.244.0.0", "10.1.2.0/25", "10.244.0.1/16", "0.0.0.0/0", "10.1.0.0/16,10.2.0.0/16", "10.1.0.0/16,"],
  },
  "service-cluster-ip-range": {
    taken: ["10.96.0.0/12", "10.96.0.0/28", "10.96.0.0/12,fd00::/112"],
    refused: ["10.96.0.0/29", "fd00::/126", "10.96.0.1/12", "x", "fd00::/112,fd01::/112"],
  },
  "service-node-port-range": {
    taken: ["30000-32767", "17000-32767", "1-1"],
    refused: ["30000", "2-1", "0-10", "1-70000"],
  },
  "cluster-domain": {
    taken: ["cluster.local", "k8s", "a-b.c"],
    refused: ["", "Cluster.local", "-a", "a..b", ".a", "a_b"],
  },
  "node-labels": {
    taken: ["", "a=b", "node-1=topology.kubernetes.io/zone=b,x="],
    refused: ["a", "=b", "a=b=c d", "a=b=c=d", "node-role.kubernetes.io/worker="],
  },
  images: { taken: ["", "images.yaml"], refused: [] },
  "kubernetes-version": { taken: ["v1.36.0", "v1.27.14"], refused: ["1.36.0", "v1.36", "v2.0.0", "latest"] },
  "proxy-mode": { taken: ["nftables", "iptables"], refused: ["ipvs", ""] },
  "nodeport-addresses": { taken: ["", "192.168.0.0/16", "0.0.0.0/0,::/0"], refused: ["192.168.1.1/16", "all"] },
  "load-balancer-pool": { taken: ["", "192.0.2.0/28", "192.0.2.0/28,fd00::/120"], refused: ["192.0.2.1/28", "x"] },
  "legacy-proxy-paths": { taken: ["true", "false"], refused: ["no", ""] },
  "host-dns": { taken: ["true", "false"], refused: ["yes", "1", ""] },
  "node-monitor-grace-period": {
    taken: ["40s", "2m", "1m30s", "15s", "1h"],
    refused: ["", "40", "s", "14s", "61m", "2h", "-40s"],
  },
  "audit-policy-file": { taken: ["", "policy.yaml"], refused: [] },
  "audit-log-path": { taken: ["", "-", "/var/log/audit.log"], refused: [] },
  "audit-log-maxsize": { taken: ["1", "100"], refused: ["", "0", "-1", "1.5"] },
  "audit-log-maxbackup": { taken: ["0", "10"], refused: ["", "-1"] },
  "max-requests-inflight": { taken: ["0", "1", "400", "100000"], refused: ["", "-1", "01", "1.5", "100001", "many"] },
  "max-mutating-requests-inflight": { taken: ["0", "200"], refused: ["", "-1", "x"] },
  "service-account-issuer": {
    taken: ["", "https://kubernetes.default.svc", "https://a.example.com/path, https://b", "accounts"],
    refused: ["http://a.example.com", "https://a?b=c", "https://a#b", "https://me@a", "urn:a", "a,", "a b"],
  },
  "service-account-jwks-uri": { taken: ["", "https://a/keys"], refused: ["http://a/keys", "a", "https://a?b"] },
  "api-audiences": { taken: ["", "api", "https://a,api"], refused: ["a,,b", "a b"] },
  "oidc-issuer-url": {
    taken: ["", "https://id.example.com/realm"],
    refused: ["http://id.example.com", "https://id?a=b"],
  },
  "oidc-client-id": { taken: ["", "portolan"], refused: [] },
  "oidc-username-claim": { taken: ["sub", "email", "https://example.com/name"], refused: [""] },
  "oidc-username-prefix": { taken: ["", "-", "oidc:"], refused: [] },
  "oidc-groups-claim": { taken: ["", "groups"], refused: [] },
  "oidc-groups-prefix": { taken: ["", "oidc:"], refused: [] },
  "oidc-required-claim": { taken: ["", "hd=example.com", "a=b=c,d=e"], refused: ["hd", "=x", "a=", "a=b,"] },
  "oidc-ca-file": { taken: ["", "/etc/ca.crt"], refused: ["ca.crt"] },
  "oidc-signing-algs": { taken: ["RS256", "ES256,PS512"], refused: ["", "HS256", "none", "RS256,"] },
  "share-port": { taken: ["0", "6480", "65535"], refused: ["", "65536", "-1", "x"] },
  "feature-gates": { taken: [""], refused: ["Anything=true"] },
  runtime: { taken: ["process"], refused: ["containerd", ""] },
  v: { taken: ["0", "10"], refused: ["-1", "11", "1.5", ""] },
};

const given = (name: string, text: string) => new Map([[name, { text, from: `--${name}` }]]);

for (const { name, fallback, expected } of Object.values(settingsTable)) {
  test(`--${name}: what is taken, and what is refused by saying what it should be`, () => {
    readSettings(given(name, fallback));
    for (const text of rows[name].taken)
      assert.doesNotThrow(() => readSettings(given(name, text)), JSON.stringify(text));
    for (const text of rows[name].refused) {
      assert.throws(() => readSettings(given(name, text)), {
        code: "SettingInvalid",
        where: `--${name}`,
        message: `--${name}: ${JSON.stringify(text)} is not ${expected}`,
      });
    }
  });
}

test("each setting has a variable of its own", () => {
  const variables = Object.values(settingsTable).map(variableOf);
  assert.equal(new Set(variables).size, variables.length);
  assert.equal(variableOf({ name: "service-node-port-range" }), "PORTOLAN_SERVICE_NODE_PORT_RANGE");
});
