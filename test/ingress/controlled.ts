import { ingressUser } from "#api/authentication/subjects.ts";
import { events } from "#api/core/event.ts";
import { services } from "#api/core/service.ts";
import { endpointSlices } from "#api/discovery/endpoint-slice.ts";
import { type ApiObject, type ResourceClient, resourceClient } from "#client/resource.ts";
import { portolanController } from "#core/routes/route-book.ts";
import type { Backend, BackendId, RouteTable } from "#core/routes/route-table.ts";
import { embeddedEngine } from "#daemons/ingress/embedded/engine.ts";
import type { Engine } from "#daemons/ingress/engine.ts";
import { startIngress } from "#daemons/ingress/ingress.ts";
import type { Failure } from "#daemons/loop.ts";
import type { Kind } from "#machinery/kind.ts";
import type { AnyType, Draft } from "#machinery/schema.ts";
import { Registry } from "#metrics/registry.ts";
import { mustIp } from "#net/ip.ts";
import { inProcessTransport } from "#server/connections/in-process.ts";
import { administrator, serve } from "../server/served.ts";
import { giveIngressRights } from "./rights.ts";
import { stage } from "./stage.ts";

/** A real engine on ports of a test's own. */
export interface TestEngine extends AsyncDisposable {
  readonly engine: Engine;
  readonly ports: { readonly http: number; readonly https: number };
  /** What it had to leave out, or to get over. */
  readonly troubles: () => readonly unknown[];
  /** By why; undefined where there is no such thing. */
  readonly reloads: (() => Readonly<Record<string, number>>) | undefined;
}

export type EngineName = "haproxy" | "embedded";

/** It is stopped by the controller that has it. */
export async function engineOf(name: EngineName): Promise<TestEngine> {
  const place = await stage();
  const { ports } = place;
  const common = { ports, [Symbol.asyncDispose]: () => place[Symbol.asyncDispose]() };
  if (name === "haproxy") {
    const { engine, refused, faults, reloads } = await place.engine();
    return { ...common, engine, reloads, troubles: () => [...refused(), ...faults] };
  }
  const engine = embeddedEngine({ placeOf: ({ port }) => ({ port, host: "127.0.0.1" }) });
  return { ...common, engine, reloads: undefined, troubles: () => [] };
}

/** Pods are where the last number of their address says: no EndpointSlice may name addresses of this machine. */
function elsewhere(engine: Engine, ports: readonly number[]): Engine {
  const moved = (backend: Backend): Backend => ({
    ...backend,
    pool: {
      ...backend.pool,
      members: backend.pool.members.map((one) => ({
        ...one,
        ip: mustIp("127.0.0.1"),
        port: ports[Number(one.ip.text.split(".")[3])] ?? 1,
      })),
    },
  });
  const tableFrom = (table: RouteTable): RouteTable => ({
    ...table,
    backends: new Map([...table.backends].map(([id, backend]): [BackendId, Backend] => [id, moved(backend)])),
  });
  return { ...engine, serve: (table, change) => engine.serve(tableFrom(table), change), stop: engine.stop };
}

/** A controller with the rights that a cluster gives it, before an API server of its own and a real engine. */
export interface Controlled extends AsyncDisposable {
  readonly of: <T extends AnyType, O extends ApiObject>(kind: Kind<T, O>) => ResourceClient<O, Draft<T>>;
  readonly failures: readonly Failure[];
  /** `Ingress shop NoSuchService 1`, of namespace default. */
  readonly told: () => Promise<readonly string[]>;
  /** Starts one; the one before has been stopped. */
  readonly start: (engine: TestEngine) => Promise<Controller>;
}

/** A controller that has served all that was there. */
export interface Controller extends AsyncDisposable {
  /** Resolves when everything that is known by now is served and told. */
  readonly idle: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** `pods`: ports of this machine where `10.244.0.N` really is, by N. */
export async function controlled(pods: readonly number[]): Promise<Controlled> {
  const served = await serve();
  const all = inProcessTransport(served.server, administrator);
  await giveIngressRights(all);
  const own = inProcessTransport(served.server, { user: ingressUser, groups: ["system:authenticated"] });
  const failures: Failure[] = [];
  const start = async ({ engine, ports }: TestEngine): Promise<Controller> => {
    const controller = startIngress({
      transport: own,
      engine: elsewhere(engine, pods),
      controllers: [portolanController],
      namespace: "",
      publish: { kind: "addresses", addresses: ["192.0.2.1"] },
      ports,
      families: ["IPv4"],
      registry: new Registry(),
      failed: (failure) => failures.push(failure),
    });
    await controller.synced;
    let stopped: Promise<void> | undefined;
    const stop = () => {
      stopped ??= controller.stop({ graceSeconds: 0, drainSeconds: 0 });
      return stopped;
    };
    return { idle: controller.idle, stop, [Symbol.asyncDispose]: stop };
  };
  const of = <T extends AnyType, O extends ApiObject>(kind: Kind<T, O>): ResourceClient<O, Draft<T>> =>
    resourceClient(all, kind);
  return {
    of,
    failures,
    start,
    told: async () =>
      (await of(events).list("default")).items.map(
        ({ involvedObject, reason, count }) => `${involvedObject.kind} ${involvedObject.name} ${reason} ${count}`,
      ),
    [Symbol.asyncDispose]: () => served[Symbol.asyncDispose](),
  };
}

/** A Service with one port, 80, and its pods by the last number of their address. */
export async function makeService({ of }: Controlled, name: string, pods: readonly number[]): Promise<void> {
  const spec = { ports: [{ port: 80, targetPort: 8080 }], selector: { app: name } };
  await of(services).create("default", { metadata: { name }, spec });
  await of(endpointSlices).create("default", {
    metadata: { name: `${name}-1`, labels: { "kubernetes.io/service-name": name } },
    addressType: "IPv4" as const,
    endpoints: pods.map((pod) => ({ addresses: [`10.244.0.${pod}`], conditions: { ready: true } })),
    ports: [{ name: "", port: 8080, protocol: "TCP" as const }],
  });
}
