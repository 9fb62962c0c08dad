import { mkdir, rm } from "node:fs/promises";
import { availableParallelism, networkInterfaces } from "node:os";
import { join } from "node:path";
import { change as changeOf } from "#core/routes/haproxy/change.ts";
import { usesDetours } from "#core/routes/haproxy/detours.ts";
import { planHaproxy } from "#core/routes/haproxy/make-plan.ts";
import type { Finding, Listener } from "#core/routes/route-table.ts";
import { embeddedEngine } from "#daemons/ingress/embedded/engine.ts";
import type { Engine } from "#daemons/ingress/engine.ts";
import { haproxyEngine } from "#daemons/ingress/haproxy/engine.ts";
import type { Failure } from "#daemons/loop.ts";
import type { Registry } from "#metrics/registry.ts";
import type { Ip } from "#net/ip.ts";
import { findHaproxy, type HaproxyProgram, HaproxyUnfit } from "#os/haproxy/program.ts";
import { accessLog } from "./access-log.ts";

export const engineNames = ["haproxy", "embedded"] as const;
export type EngineName = (typeof engineNames)[number];

export interface EngineOptions {
  /** undefined: HAProxy where there is one. */
  readonly asked: EngineName | undefined;
  /** Where listeners stand; undefined: at all addresses. */
  readonly bindAddress: Ip | undefined;
  /** Where HAProxy keeps what it was told last, also for the next run. */
  readonly stateDir: string;
  readonly registry: Registry;
  /** Hears of objects that the engine can't serve; none: all are served. */
  readonly refused: (findings: readonly Finding[]) => void;
  readonly failed: (failure: Failure) => void;
}

export interface OpenedEngine {
  readonly name: EngineName;
  /** `HAProxy 2.6.12`, or why it is another. */
  readonly story: string;
  readonly engine: Engine;
}

/** Rejects with `HaproxyUnfit` where HAProxy is asked for and there is none. */
export async function openEngine(options: EngineOptions): Promise<OpenedEngine> {
  if (options.asked === "embedded") return embedded(options, "the embedded engine");
  try {
    const program = await findHaproxy();
    return { name: "haproxy", story: `HAProxy ${program.version}`, engine: await haproxy(program, options) };
  } catch (fault) {
    if (options.asked === "haproxy" || !(fault instanceof HaproxyUnfit)) throw fault;
    return embedded(options, `the embedded engine, since there is no HAProxy to use: ${fault.message}`);
  }
}

function embedded({ registry, bindAddress }: EngineOptions, story: string): OpenedEngine {
  const host = bindAddress === undefined ? {} : { host: bindAddress.text };
  const placeOf = ({ port }: Listener) => ({ port, ...host });
  return { name: "embedded", story, engine: embeddedEngine({ placeOf, metrics: registry, log: accessLog() }) };
}

/** So long a reload waits for old workers, where there are two already. */
const patienceSeconds = 60;

async function haproxy(
  program: HaproxyProgram,
  { stateDir: folder, bindAddress, registry, refused, failed }: EngineOptions,
): Promise<Engine> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const detours = new Map(["http", "https"].map((listener) => [listener, join(folder, `detour-${listener}.sock`)]));
  const placeOf = ({ id, port }: Listener) => {
    const path = detours.get(id);
    return path === undefined ? { port } : { path };
  };
  return haproxyEngine({
    program,
    places: {
      folder,
      runtimeSocket: join(folder, "runtime.sock"),
      detours,
      threads: availableParallelism(),
      addresses: bindAddress === undefined ? allAddresses() : [bindAddress.text],
      accessLog: "stdout",
    },
    planner: { plan: planHaproxy, changeOf, usesDetours },
    async detour() {
      // A run that was killed has left its sockets.
      for (const path of detours.values()) await rm(path, { force: true });
      return embeddedEngine({ placeOf });
    },
    registry,
    output: "inherit",
    patienceSeconds,
    refused,
    failed,
  });
}

/** A kernel without IPv6 refuses to listen there. */
const allAddresses = (): readonly string[] =>
  Object.values(networkInterfaces())
    .flat()
    .some((one) => one?.family === "IPv6")
    ? ["0.0.0.0", "::"]
    : ["0.0.0.0"];
