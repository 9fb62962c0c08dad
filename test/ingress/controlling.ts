import { ingressUser } from "#api/authentication/subjects.ts";
import { events } from "#api/core/event.ts";
import { services } from "#api/core/service.ts";
import { endpointSlices } from "#api/discovery/endpoint-slice.ts";
import { ingresses } from "#api/networking/ingress.ts";
import { type ApiObject, type ResourceClient, resourceClient } from "#client/resource.ts";
import { ingressPlace as place } from "#cluster/ingress-rights.ts";
import { portolanController } from "#core/routes/route-book.ts";
import type { RouteTable, TableChange } from "#core/routes/route-table.ts";
import type { Engine } from "#daemons/ingress/engine.ts";
import { startIngress } from "#daemons/ingress/ingress.ts";
import type { Failure } from "#daemons/loop.ts";
import type { Kind } from "#machinery/kind.ts";
import type { AnyType, Draft } from "#machinery/schema.ts";
import { Registry } from "#metrics/registry.ts";
import { inProcessTransport } from "#server/connections/in-process.ts";
import { administrator, serve } from "../server/served.ts";
import { giveIngressRights } from "./rights.ts";

/** Writes down what it is to serve. */
class RecordingEngine implements Engine {
  table: RouteTable | undefined;
  readonly changes: TableChange[] = [];
  refuses = false;
  drained = 0;

  readonly serve: Engine["serve"] = async (table, change) => {
    this.changes.push(change);
    if (this.refuses) throw new Error("not this one");
    this.table = table;
  };

  readonly stop: Engine["stop"] = async ({ drainSeconds }) => {
    this.drained = drainSeconds;
  };
}

/** A controller with the rights that a cluster gives it. */
export async function controlling({ isFronted = true } = {}) {
  const served = await serve();
  const all = inProcessTransport(served.server, administrator);
  const own = inProcessTransport(served.server, { user: ingressUser, groups: ["system:authenticated"] });
  const of = <T extends AnyType, O extends ApiObject>(kind: Kind<T, O>): ResourceClient<O, Draft<T>> =>
    resourceClient(all, kind);
  await giveIngressRights(all);
  await of(services).create(place.namespace, {
    metadata: { name: place.name },
    spec: { type: "LoadBalancer", ports: [{ name: "http", port: 80 }], selector: { app: "front" } },
  });
  const front = (...ips: readonly string[]) =>
    of(services).patch(place.namespace, place.name, {
      type: "merge",
      subresource: "status",
      body: { status: { loadBalancer: { ingress: ips.map((ip) => ({ ip })) } } },
    });
  await front("192.0.2.1");
  if (isFronted) await of(endpointSlices).create(place.namespace, sliceOf(place.name, ["10.244.0.2"]));
  const engine = new RecordingEngine();
  const failures: Failure[] = [];
  const start = () =>
    startIngress({
      transport: own,
      engine,
      controllers: [portolanController],
      namespace: "",
      publish: { kind: "service", name: `${place.namespace}/${place.name}` },
      ports: { http: 80, https: 443 },
      families: ["IPv4"],
      registry: new Registry(),
      failed: (failure) => failures.push(failure),
    });
  const controller = start();
  await controller.synced;
  return {
    of,
    front,
    engine,
    failures,
    controller,
    hosts: () => [...(engine.table?.routeSets.values() ?? [])].flatMap(({ hosts }) => [...hosts.keys()]),
    told: async () =>
      (await of(events).list("default")).items
        .filter(({ source }) => source?.component === "portolan-ingress")
        .map(({ involvedObject, reason, count }) => `${involvedObject.kind} ${involvedObject.name} ${reason} ${count}`),
    addressOf: async (name: string) =>
      (await of(ingresses).get("default", name)).status.loadBalancer.ingress?.map(({ ip }) => ip),
    /** Another one after the first. */
    async anew() {
      const next = start();
      await next.synced;
      return { [Symbol.asyncDispose]: () => next.stop({ graceSeconds: 0, drainSeconds: 0 }) };
    },
    async [Symbol.asyncDispose]() {
      await controller.stop({ graceSeconds: 0, drainSeconds: 0 });
      await served[Symbol.asyncDispose]();
    },
  };
}

export const sliceOf = (service: string, addresses: readonly string[]) => ({
  metadata: { name: `${service}-1`, labels: { "kubernetes.io/service-name": service } },
  addressType: "IPv4" as const,
  endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })),
  ports: [{ name: "", port: 8080, protocol: "TCP" as const }],
});
