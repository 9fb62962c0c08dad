import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { change } from "#core/routes/haproxy/change.ts";
import { usesDetours } from "#core/routes/haproxy/detours.ts";
import { planHaproxy } from "#core/routes/haproxy/make-plan.ts";
import type { Listener } from "#core/routes/route-table.ts";
import { embeddedEngine } from "#daemons/ingress/embedded/engine.ts";
import { haproxyEngine } from "#daemons/ingress/haproxy/engine.ts";
import { Registry } from "#metrics/registry.ts";
import { findHaproxy } from "#os/haproxy/program.ts";
import { freePort } from "../harness/cluster.ts";
import { heldUntilInterrupted } from "../harness/interruption.ts";
import type { Judge } from "./judge.ts";
import { WireJudge } from "./wire-judge.ts";

/** The embedded engine on two free ports. */
export async function embeddedJudge(): Promise<WireJudge> {
  const ports = { http: await freePort(), https: await freePort() };
  const engine = embeddedEngine({ placeOf: ({ port }) => ({ port, host: "127.0.0.1" }) });
  return WireJudge.start("embedded", engine, ports);
}

/** A HAProxy on two free ports, and the embedded engine beside it for what HAProxy can't do. */
export async function haproxyJudge(): Promise<Judge> {
  await using unlessDone = new AsyncDisposableStack();
  const folder = await mkdtemp(`${tmpdir()}/portolan-judge-`);
  unlessDone.defer(() => rm(folder, { recursive: true, force: true }));
  const ports = { http: await freePort(), https: await freePort() };
  const detours = new Map(["http", "https"].map((listener) => [listener, `${folder}/detour-${listener}.sock`]));
  const placeOf = ({ id, port }: Listener) => {
    const path = detours.get(id);
    return path === undefined ? { port } : { path };
  };
  const engine = await haproxyEngine({
    program: await findHaproxy(),
    places: {
      ...{ folder, runtimeSocket: `${folder}/runtime.sock`, detours, threads: 1 },
      ...{ addresses: ["127.0.0.1"], accessLog: "stdout" },
    },
    planner: { plan: planHaproxy, changeOf: change, usesDetours },
    detour: async () => embeddedEngine({ placeOf }),
    registry: new Registry(),
    output: "ignore",
    patienceSeconds: 2,
    refused: (findings) => assert.deepEqual(findings, []),
    failed: ({ fault }) => assert.fail(`${fault}`),
  });
  const judge = unlessDone.use(await WireJudge.start("haproxy", engine, ports));
  const owned = heldUntilInterrupted(unlessDone.move());
  return {
    name: judge.name,
    serve: (world) => judge.serve(world),
    ask: (ask) => judge.ask(ask),
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
}
