import { setTimeout as sleep } from "node:timers/promises";
import type { Backoff } from "#client/backoff.ts";
import { eventRecorder } from "#client/events.ts";
import { informers } from "#client/informers.ts";
import type { Transport } from "#client/transport.ts";
import type { ServedController } from "#core/routes/ingress-class.ts";
import { RouteBook } from "#core/routes/route-book.ts";
import type { Finding, RouteTable } from "#core/routes/route-table.ts";
import type { Registry } from "#metrics/registry.ts";
import type { IpFamily } from "#net/ip.ts";
import { everything, type Failure, type Loop, loop } from "../loop.ts";
import { fingerprintOf, inspectCertificate } from "./certificates.ts";
import type { Engine } from "./engine.ts";
import { ToldFindings } from "./events.ts";
import { type Extent, IngressMetrics } from "./metrics.ts";
import { type Observed, observe } from "./observed.ts";
import type { Publish } from "./publish.ts";
import { keepStatus } from "./status.ts";
import type { Told } from "./status-pages.ts";
import { keepStreams, type StreamsOptions } from "./streams.ts";
import { Tables } from "./tables.ts";

export interface IngressOptions {
  readonly transport: Transport;
  readonly engine: Engine;
  /** Whose IngressClasses are served. */
  readonly controllers: readonly ServedController[];
  /** Whose Ingresses, Services and the like; "": those of all namespaces. */
  readonly namespace: string;
  readonly publish: Publish;
  readonly ports: { readonly http: number; readonly https: number };
  /** Of pod addresses that are sent to. */
  readonly families: readonly IpFamily[];
  /** What the engine counts into, too. */
  readonly registry: Registry;
  /** Hears every failure; the work is tried again anyway. */
  readonly failed: (failure: Failure) => void;
}

export interface IngressController {
  /** Resolves when everything that was there at the start is served. */
  readonly synced: Promise<void>;
  /** Resolves when everything that is known by now is served and told. */
  readonly idle: () => Promise<void>;
  /** The engine does not serve these objects; none: it serves all. */
  readonly tellRefused: (findings: readonly Finding[]) => void;
  /** What it can tell of itself; `serveStatus` shows it to others. */
  readonly told: Told;
  /** Says that it isn't ready any more; goes on serving for so long, until everybody has heard of it; then lets requests end. */
  readonly stop: (how: StopOptions) => Promise<void>;
}

export interface StopOptions {
  readonly graceSeconds: number;
  readonly drainSeconds: number;
}

const backoff: Backoff = { firstSeconds: 0.05, longestSeconds: 5, random: Math.random };
/** Certificates end by themselves. */
const lookAtClockSeconds = 60;

/**
 * Serves the hosts and paths of Ingresses by an engine. What changes in one event-loop turn becomes one table; its findings are then told
 * as events, and the Ingresses' status says where they are answered.
 */
export function startIngress(options: IngressOptions): IngressController {
  const { transport, engine } = options;
  const told = (key: string) => (fault: unknown) => options.failed({ loop: "ingress", key, fault, failures: 1 });
  const followed = informers(transport, { failed: told("api") });
  const book = bookFor(options);
  const metrics = new IngressMetrics(options.registry, () => extentOf(book, tables.served));
  const observed = observe({
    ...options,
    informers: followed,
    book,
    failed: told("secrets and configmaps"),
    changed: () => working.enqueue(everything),
  });
  const tables = new Tables({ book, engine, metrics, lookUpReads: observed.lookUpReads });
  const recorder = eventRecorder(transport, { component: "portolan-ingress" });
  const findings = new ToldFindings(recorder, observed.subjectOf);
  const isOurs = (name: string): boolean => book.entry(name)?.ownership.kind === "ours";
  const status = keepStatus({ ...options, informers: followed, isOurs, backoff });
  const streams = keepStreamsOf(options, {
    informers: followed,
    served: () => tables.served,
    tell: (all) => findings.tell("streams", all),
  });
  const synced = Promise.withResolvers<void>();
  const working = serving(options, { observed, book, metrics }, async () => {
    const { ingresses, classes } = await tables.serve();
    synced.resolve();
    for (const name of ingresses) {
      findings.tell(name, book.findingsOf(name));
      status.enqueue(name);
    }
    if (classes) findings.tell("", book.classFindings());
    streams?.enqueue(everything);
  });
  let isStopping = false;
  return {
    synced: synced.promise,
    async idle() {
      await working.idle();
      await status.idle();
      await streams?.idle();
      await recorder.flushed();
    },
    tellRefused: (refused) => findings.tell("engine", refused),
    told: {
      isReady: () => tables.served !== undefined && !isStopping,
      metrics,
      lookAround: engine.lookAround,
    },
    async stop({ graceSeconds, drainSeconds }) {
      isStopping = true;
      await sleep(graceSeconds * 1000);
      await Promise.all([working.stop(), status.stop(), streams?.stop()]);
      await engine.stop({ drainSeconds });
      await recorder.flushed();
      observed.stop();
      followed.stop();
    },
  };
}

const keepStreamsOf = (
  { publish, ...options }: IngressOptions,
  rest: Pick<StreamsOptions, "informers" | "served" | "tell">,
): Loop | undefined =>
  publish.kind === "service" ? keepStreams({ ...options, ...rest, front: publish.name, backoff }) : undefined;

const bookFor = ({ controllers, ports, families }: IngressOptions): RouteBook =>
  new RouteBook({
    controllers,
    httpPort: ports.http,
    httpsPort: ports.https,
    families,
    inspectCertificate,
    fingerprint: fingerprintOf,
    now: Date.now,
  });

interface Served {
  readonly observed: Observed;
  readonly book: RouteBook;
  readonly metrics: IngressMetrics;
}

function serving({ failed }: IngressOptions, { observed, book, metrics }: Served, serve: () => Promise<void>): Loop {
  const working = loop<true>({
    name: "ingress",
    sources: observed.sources,
    plan() {
      book.expireCertificates(observed.world);
      return true;
    },
    async apply() {
      await serve();
      return { againSeconds: lookAtClockSeconds };
    },
    parallel: 1,
    backoff,
    failed(failure) {
      metrics.failed();
      failed(failure);
    },
  });
  // Where there is no Ingress at all, every request is answered too.
  working.enqueue(everything);
  return working;
}

const extentOf = (book: RouteBook, table: RouteTable | undefined): Extent => ({
  ingresses: [...book.entries()].filter(({ ownership }) => ownership.kind === "ours").length,
  hosts: [...(table?.routeSets.values() ?? [])].reduce((sum, { hosts }) => sum + hosts.size, 0),
  backends: table?.backends.size ?? 0,
  certificates: table?.certificates.byHost.size ?? 0,
});
