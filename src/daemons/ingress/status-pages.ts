import { metricsType } from "#metrics/registry.ts";
import { type HttpListener, listenHttp, type Page } from "../http-listener.ts";
import type { IngressMetrics } from "./metrics.ts";

export interface Told {
  /** A table is served, and the end has not begun. */
  readonly isReady: () => boolean;
  /** What it is not let do, a sentence each. */
  readonly lacking?: () => readonly string[];
  readonly metrics: IngressMetrics;
  /** Brings what is counted elsewhere into the metrics. */
  readonly lookAround?: (() => Promise<void>) | undefined;
}

/** Shows what the controller tells of itself. Rejects with the system's error where the address can't be had. */
export const serveStatus = (
  told: Told,
  where: { readonly address: string; readonly port: number },
): Promise<HttpListener> => listenHttp(where, statusPages(told));

const lines = (all: readonly string[]): string => all.map((line) => `${line}\n`).join("");

const plain = (status: number, body: string): Page => ({
  status,
  headers: { "content-type": "text/plain; charset=utf-8" },
  body,
});

/** `/healthz`: it lives. `/readyz`: it is to be sent requests. */
const statusPages =
  ({ isReady, lacking = () => [], metrics, lookAround }: Told) =>
  async (path: string): Promise<Page> => {
    switch (path) {
      case "/healthz":
        return plain(200, "ok\n");
      case "/readyz":
        return plain(isReady() ? 200 : 503, lines([isReady() ? "ok" : "not ready", ...lacking()]));
      case "/metrics":
        await lookAround?.();
        return { status: 200, headers: { "content-type": metricsType }, body: metrics.text() };
      default:
        return plain(404, "404 page not found\n");
    }
  };
