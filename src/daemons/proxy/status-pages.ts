import type { Node } from "#api/core/node.ts";
import { metricsType } from "#metrics/registry.ts";
import { listenHttp, type Page } from "../http-listener.ts";
import type { ProxyMode } from "./kernel-rules.ts";
import type { ProxyMetrics } from "./metrics.ts";
import type { Progress } from "./progress.ts";

export interface Told {
  readonly progress: Progress;
  readonly metrics: ProxyMetrics;
  /** False when the node is about to go: load balancers then take it out, and its connections may end (KEP-3836). */
  readonly isNodeEligible: () => boolean;
  readonly mode: () => ProxyMode;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Where others may ask. */
export interface StatusAddresses {
  readonly healthz: readonly Where[];
  readonly metrics: readonly Where[];
}
interface Where {
  readonly address: string;
  readonly port: number;
}

/** Shows what the proxy tells of itself. Rejects with the system's error where an address can't be had. */
export async function serveStatus(told: Told, { healthz, metrics }: StatusAddresses): Promise<AsyncDisposable> {
  await using open = new AsyncDisposableStack();
  const serve = async (all: readonly Where[], page: (path: string) => Page) => {
    for (const where of all) open.adopt(await listenHttp(where, page), (listener) => listener.close());
  };
  await serve(healthz, healthPages(told));
  await serve(metrics, metricsPages(told));
  return open.move();
}

/** The cluster autoscaler's mark on nodes that it is about to remove. */
const goingTaint = "ToBeDeletedByClusterAutoscaler";

/** A node that isn't known yet counts as one that stays. */
export const isEligible = (node: Node | undefined): boolean =>
  node?.metadata.deletionTimestamp === undefined && !(node?.spec.taints ?? []).some(({ key }) => key === goingTaint);

const notFound: Page = { status: 404, headers: { "content-type": "text/plain" }, body: "404 page not found\n" };

/** What a load balancer asks for at port 10256: `/healthz` minds the node's end, `/livez` doesn't. */
export function healthPages(told: Told): (path: string) => Page {
  return (path) => {
    if (path !== "/healthz" && path !== "/livez") return notFound;
    const { progress, metrics, isNodeEligible, now } = told;
    const nodeEligible = isNodeEligible();
    const isOk = progress.isHealthy && (path === "/livez" || nodeEligible);
    const status = isOk ? 200 : 503;
    metrics.answered(path, status);
    const times = `"lastUpdated": "${showTime(isOk ? now() : progress.updatedAt)}","currentTime": "${showTime(now())}"`;
    return {
      status,
      headers: { "content-type": "application/json", "x-content-type-options": "nosniff" },
      body: path === "/livez" ? `{${times}}` : `{${times}, "nodeEligible": ${nodeEligible}}`,
    };
  };
}

/** What monitoring asks for at port 10249, on the node itself. */
export function metricsPages(told: Told): (path: string) => Page {
  return (path) => {
    if (path === "/metrics")
      return {
        status: 200,
        headers: { "content-type": metricsType },
        body: told.metrics.text(),
      };
    if (path === "/proxyMode") return plain(told.mode());
    if (path === "/healthz") return plain("ok");
    return notFound;
  };
}

const plain = (body: string): Page => ({ status: 200, headers: { "content-type": "text/plain; charset=utf-8" }, body });

/** As Go prints a time: `2026-01-31 12:00:00.5 +0000 UTC`. */
const showTime = (ms: number): string => new Date(ms).toISOString().replace("T", " ").replace("Z", " +0000 UTC");
