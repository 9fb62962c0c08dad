import { networkInterfaces } from "node:os";
import type { Access } from "#client/kubeconfig.ts";
import { spreadTransport } from "#client/spread.ts";
import { tlsTransport } from "#client/tls-transport.ts";
import type { ServedController } from "#core/routes/ingress-class.ts";
import { type IngressController, type StopOptions, startIngress } from "#daemons/ingress/ingress.ts";
import type { Publish } from "#daemons/ingress/publish.ts";
import { serveStatus, type Told } from "#daemons/ingress/status-pages.ts";
import type { Failure } from "#daemons/loop.ts";
import { Registry } from "#metrics/registry.ts";
import type { Ip, IpFamily } from "#net/ip.ts";
import { hasCode } from "#os/files.ts";
import { ClusterFault } from "./faults.ts";
import { type EngineName, openEngine } from "./ingress-engines.ts";
import { OwnRights } from "./own-rights.ts";

/** The ingress controller of any cluster. */
export interface IngressAlone {
  readonly access: Access;
  readonly controllers: readonly ServedController[];
  /** "": all of them. */
  readonly namespace: string;
  readonly publish: Publish;
  readonly ports: { readonly http: number; readonly https: number };
  /** undefined: HAProxy where there is one. */
  readonly engine: EngineName | undefined;
  /** Where listeners stand; undefined: at all addresses. */
  readonly bindAddress: Ip | undefined;
  readonly stateDir: string;
  /** Where health and metrics are shown; undefined: nowhere. */
  readonly status: { readonly address: string; readonly port: number } | undefined;
  readonly failed: (failure: Failure) => void;
  /** Hears in a sentence of each right that it lacks: once. */
  readonly lacks: (sentence: string) => void;
}

/** Every Secret that an Ingress names is a watch. kube-apiserver lets 250 streams be on a connection at least. */
const mostEach = 200;

/** Where these can't be read, all the rest is served. */
const namedByIngresses: ReadonlySet<string> = new Set(["secrets", "configmaps"]);

export interface RunningIngress {
  /** Which engine serves. */
  readonly story: string;
  readonly synced: IngressController["synced"];
  /** Resolves to `RightsMissing` where it can't begin for want of rights. */
  readonly unfit: Promise<ClusterFault>;
  readonly stop: (how: StopOptions) => Promise<void>;
}

/** Throws `PortTaken`, `HaproxyUnfit` and what the client throws; nothing of it runs any more then. */
export async function startIngressAlone(options: IngressAlone): Promise<RunningIngress> {
  await using started = new AsyncDisposableStack();
  const rights = new OwnRights(
    spreadTransport(() => tlsTransport(options.access), mostEach),
    {
      manifest: "deploy/ingress",
      isNeeded: ({ verb, resource }) => (verb === "list" || verb === "watch") && !namedByIngresses.has(resource),
      lacks: options.lacks,
    },
  );
  const { transport } = rights;
  started.defer(() => transport.close());
  started.defer(() => rights.close());
  const registry = new Registry();
  const running: { controller?: IngressController } = {};
  const { engine, story } = await openEngine({
    ...options,
    asked: options.engine,
    registry,
    refused: (findings) => running.controller?.tellRefused(findings),
  });
  const controller = startIngress({ ...options, engine, transport, registry, families: familiesHere() });
  running.controller = controller;
  const atOnce = { graceSeconds: 0, drainSeconds: 0 };
  started.defer(() => controller.stop(atOnce));
  controller.synced.then(() => rights.begun());
  if (options.status !== undefined) {
    const { told } = controller;
    const shown = { ...told, isReady: () => told.isReady() && rights.isFit(), lacking: rights.lacking };
    const pages = await statusAt(shown, options.status);
    started.defer(() => pages.close());
  }
  const all = started.move();
  return {
    story,
    synced: controller.synced,
    unfit: rights.unfit,
    async stop(how) {
      // Its pages tell to the end that it is not ready.
      await controller.stop(how);
      await all.disposeAsync();
    },
  };
}

/** Throws `PortTaken`. */
async function statusAt(told: Told, where: NonNullable<IngressAlone["status"]>) {
  try {
    return await serveStatus(told, where);
  } catch (cause) {
    if (!hasCode(cause, "EADDRINUSE", "EADDRNOTAVAIL")) throw cause;
    throw new ClusterFault("PortTaken", {
      what: `health and metrics can't be shown: ${cause instanceof Error ? cause.message : cause}`,
      where: `${where.address}:${where.port}`,
      fix: "name another address by --metrics-bind-address",
      cause,
    });
  }
}

/** The families in which pods can be reached from here. */
function familiesHere(): readonly IpFamily[] {
  const own = Object.values(networkInterfaces())
    .flatMap((all = []) => all)
    .filter(({ internal, address }) => !internal && !address.startsWith("fe80:"));
  const families = (["IPv4", "IPv6"] as const).filter((one) => own.some(({ family }) => family === one));
  return families.length === 0 ? ["IPv4"] : families;
}
