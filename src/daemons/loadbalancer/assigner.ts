import { namespaces } from "#api/core/namespace.ts";
import { type Node, nodes } from "#api/core/node.ts";
import { type Service, type ServiceStatus, services } from "#api/core/service.ts";
import {
  type LoadBalancerPool,
  type LoadBalancerPoolStatus,
  loadBalancerPools,
} from "#api/portolan/load-balancer-pool.ts";
import type { Backoff } from "#client/backoff.ts";
import { readingOwnWrites } from "#client/cache.ts";
import { type EventRecorder, eventRecorder, referenceTo } from "#client/events.ts";
import { keyOf, placeOf } from "#client/informer.ts";
import type { Informers } from "#client/informers.ts";
import { resourceClient } from "#client/resource.ts";
import type { Transport } from "#client/transport.ts";
import type { ClusterAddresses } from "#core/addresses/load-balancer/pools.ts";
import { addressCondition, poolStatus, serviceStatus } from "#core/addresses/load-balancer/status.ts";
import { sameJson } from "#core/same-json.ts";
import { changesOf, type Failure, type Loop, loop, type Source } from "../loop.ts";
import { type AddressDesk, addressDesk } from "./address-desk.ts";

export interface AssignerOptions {
  readonly transport: Transport;
  readonly informers: Informers;
  /** Addresses that no pool may have. */
  readonly ranges: ClusterAddresses["ranges"];
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Hears what failed and is tried again. */
  readonly failed: (failure: Failure) => void;
}

export interface Assigner {
  /** Resolves when nothing is queued nor worked on at the moment. */
  readonly idle: () => Promise<void>;
  /** Resolves when no work is under way any more. The informers are their owner's to stop. */
  readonly stop: () => Promise<void>;
}

/** Gives Services of type LoadBalancer their addresses, tells them why they have none, and pools how many are left. Starts at once. */
export function startAssigner(options: AssignerOptions): Assigner {
  const desk = addressDesk(options.informers, options.ranges);
  const around: Around = {
    ...options,
    desk,
    backoff: { firstSeconds: 0.01, longestSeconds: 30, random: options.random },
  };
  const reports = poolLoop(around);
  const assignments = serviceLoop(around, reports);
  return {
    async idle() {
      await assignments.idle();
      await reports.idle();
    },
    async stop() {
      await assignments.stop();
      await reports.stop();
    },
  };
}

interface Around extends AssignerOptions {
  readonly desk: AddressDesk;
  readonly backoff: Backoff;
}
interface ServiceWork {
  readonly service: Service;
  readonly status: ServiceStatus;
}

/** So many statuses are written side by side: the server commits those of one turn together. */
const parallel = 32;

function serviceLoop(around: Around, reports: Loop): Loop {
  const { desk, informers, transport, now, backoff, failed } = around;
  const all = informers.of(services);
  const pools = informers.of(loadBalancerPools);
  const client = readingOwnWrites(resourceClient(transport, services), all);
  const recorder = eventRecorder(transport, { component: "portolan-loadbalancer", now });
  /** Services that would take what becomes free. */
  const waiting = new Set<string>();

  const working: Loop = loop<ServiceWork>({
    name: "loadbalancer",
    sources: [changesOf(all, (service) => [keyOf(service)]), ...surroundings(around)],
    plan(key) {
      const { told, freed } = desk.ask(key);
      if (told?.kind === "pending" || (told?.kind === "assigned" && told.unmet !== undefined)) waiting.add(key);
      else waiting.delete(key);
      if (freed) for (const one of waiting) if (one !== key) working.enqueue(one);
      for (const pool of pools.list()) reports.enqueue(keyOf(pool));
      const { namespace, name } = placeOf(key);
      const service = all.get(namespace, name);
      const status = service && serviceStatus(service, told, now());
      return service && status && { service, status };
    },
    async apply({ service, status }) {
      await client.updateStatus({ ...service, status });
      recordOutcome(recorder, service, status);
      return undefined;
    },
    parallel,
    backoff,
    failed,
  });
  return working;
}

/** Whatever of these changes, the Services that it concerns may be answered otherwise. */
function surroundings({ informers, desk }: Around): readonly Source[] {
  const asking = informers
    .of(services)
    .index(({ spec, metadata }) => (spec.type === "LoadBalancer" ? [everywhere, metadata.namespace] : []));
  const all = (): readonly string[] => {
    desk.poolsChanged();
    return asking(everywhere).map(keyOf);
  };
  return [
    changesOf(informers.of(loadBalancerPools), (pool, other) =>
      other !== undefined && sameSpec(pool, other) ? [] : all(),
    ),
    changesOf(informers.of(nodes), (node, other) => (sameAddresses(node, other) ? [] : all())),
    changesOf(informers.of(namespaces), ({ metadata }, other) =>
      sameJson(metadata.labels ?? {}, other?.metadata.labels ?? {}) ? [] : asking(metadata.name).map(keyOf),
    ),
  ];
}
const everywhere = "";

const sameSpec = (a: LoadBalancerPool, b: LoadBalancerPool): boolean =>
  a.metadata.uid === b.metadata.uid && sameJson(a.spec, b.spec);
const addressesText = ({ status }: Node): string => (status.addresses ?? []).map(({ address }) => address).join(" ");
const sameAddresses = (node: Node, other: Node | undefined): boolean =>
  other !== undefined && addressesText(node) === addressesText(other);

/** Says the same as the condition, in MetalLB's words: who looks for them finds them. */
function recordOutcome(recorder: EventRecorder, service: Service, status: ServiceStatus): void {
  const condition = status.conditions?.find(({ type }) => type === addressCondition);
  if (condition === undefined) return;
  const about = referenceTo(services, service);
  if (condition.status === "True") {
    const addresses = (status.loadBalancer.ingress ?? []).map(({ ip }) => ip);
    recorder.record(about, "Normal", { reason: "IPAllocated", message: `Assigned IP ${JSON.stringify(addresses)}` });
  } else {
    const message = `Failed to allocate IP for ${JSON.stringify(keyOf(service))}: ${condition.message}`;
    recorder.record(about, "Warning", { reason: "AllocationFailed", message });
  }
}

interface PoolWork {
  readonly pool: LoadBalancerPool;
  readonly status: LoadBalancerPoolStatus;
}

function poolLoop({ desk, informers, transport, now, backoff, failed }: Around): Loop {
  const all = informers.of(loadBalancerPools);
  const client = readingOwnWrites(resourceClient(transport, loadBalancerPools), all);
  return loop<PoolWork>({
    name: "loadbalancerpools",
    sources: [
      // one pool that goes or changes may end another's conflict
      changesOf(all, () => all.list().map(keyOf)),
      changesOf(informers.of(nodes), (node, other) => (sameAddresses(node, other) ? [] : all.list().map(keyOf))),
      { connect: () => () => {}, synced: informers.of(services).synced },
    ],
    plan(name) {
      const pool = all.get("", name);
      const verdict = pool && desk.verdictOn(pool);
      const status = pool && verdict && poolStatus(pool, { verdict, book: desk.book }, now());
      return pool && status && { pool, status };
    },
    async apply({ pool, status }) {
      await client.updateStatus({ ...pool, status });
      return undefined;
    },
    parallel: 4,
    backoff,
    failed,
  });
}
