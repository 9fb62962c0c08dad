import assert from "node:assert/strict";
import { test } from "node:test";
import { healthPage } from "./health-checks.ts";
import { ProxyMetrics } from "./metrics.ts";
import { Progress } from "./progress.ts";
import { healthPages, metricsPages } from "./status-pages.ts";

function told({ lateMs = 0, nodeEligible = true } = {}) {
  const clock = { ms: Date.parse("2026-01-31T12:00:00Z") };
  const progress = new Progress(() => clock.ms);
  if (lateMs > 0) progress.queued();
  clock.ms += lateMs;
  return {
    progress,
    metrics: new ProxyMetrics(progress),
    isNodeEligible: () => nodeEligible,
    mode: () => "nftables" as const,
    now: () => clock.ms,
  } as const;
}

const cases = [
  { name: "all is well", state: {}, healthz: 200, livez: 200 },
  { name: "the node is about to go", state: { nodeEligible: false }, healthz: 503, livez: 200 },
  { name: "a change waits for more than a minute", state: { lateMs: 61_000 }, healthz: 503, livez: 503 },
];
for (const { name, state, healthz, livez } of cases)
  test(`when ${name}: /healthz ${healthz}, /livez ${livez}`, () => {
    const pages = healthPages(told(state));
    assert.equal(pages("/healthz").status, healthz);
    assert.equal(pages("/livez").status, livez);
  });

test("/healthz says when, as kube-proxy does", () => {
  assert.equal(
    healthPages(told())("/healthz").body,
    '{"lastUpdated": "2026-01-31 12:00:00.000 +0000 UTC","currentTime": "2026-01-31 12:00:00.000 +0000 UTC", "nodeEligible": true}',
  );
});

test("answers are counted under kube-proxy's names, and /proxyMode names the mode", () => {
  const facts = told();
  healthPages(facts)("/healthz");
  facts.metrics.synced(0.003);
  const { body } = metricsPages(facts)("/metrics");
  assert.match(body, /^kubeproxy_proxy_healthz_total\{code="200"\} 1$/m);
  assert.match(body, /^kubeproxy_sync_proxy_rules_duration_seconds_bucket\{le="0.004"\} 1$/m);
  assert.match(body, /^kubeproxy_sync_proxy_rules_duration_seconds_bucket\{le="0.002"\} 0$/m);
  assert.equal(metricsPages(facts)("/proxyMode").body, "nftables");
});

test("what nobody serves is not found", () => {
  assert.equal(healthPages(told())("/metrics").status, 404);
  assert.equal(metricsPages(told())("/").status, 404);
});

test("a health check node port says how many endpoints are here, to the letter as kube-proxy", () => {
  const { status, headers, body } = healthPage("default/web", 2, true);
  assert.equal(status, 200);
  assert.equal(headers["x-load-balancing-endpoint-weight"], "2");
  assert.equal(
    body,
    '{\n\t"service": {\n\t\t"namespace": "default",\n\t\t"name": "web"\n\t},\n\t"localEndpoints": 2,\n\t"serviceProxyHealthy": true\n}',
  );
  assert.equal(healthPage("default/web", 0, true).status, 503);
  assert.equal(healthPage("default/web", 2, false).status, 503);
});
