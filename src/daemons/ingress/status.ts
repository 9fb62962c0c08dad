import { services } from "#api/core/service.ts";
import { endpointSlices } from "#api/discovery/endpoint-slice.ts";
import { type Ingress, ingresses } from "#api/networking/ingress.ts";
import type { Backoff } from "#client/backoff.ts";
import { readingOwnWrites } from "#client/cache.ts";
import { keyOf, placeOf } from "#client/informer.ts";
import type { Informers } from "#client/informers.ts";
import { resourceClient } from "#client/resource.ts";
import { inNameOf, type Transport } from "#client/transport.ts";
import { hasWrittenAddresses } from "#core/routes/ingress-status.ts";
import { nameOf } from "#core/routes/route-world.ts";
import { changesOf, type Failure, type Loop, loop, type Source } from "../loop.ts";
import { addressesOfService, listed, type Publish, type Published } from "./publish.ts";
import { controllerSlices } from "./streams.ts";

export interface StatusOptions {
  readonly transport: Transport;
  readonly informers: Informers;
  /** "": all of them. */
  readonly namespace: string;
  readonly publish: Publish;
  /** Whether it is served here, by `namespace/name`. */
  readonly isOurs: (name: string) => boolean;
  readonly backoff: Backoff;
  readonly failed: (failure: Failure) => void;
}

/** Whose the addresses are that we have written: what somebody else has is left to them. */
const writer = "portolan-ingress";

/**
 * Writes where Ingresses of ours are answered into their status, and takes it out again of those that are ours no longer. To be enqueued: the
 * names of those whose ownership may have changed.
 */
export function keepStatus({ transport, informers, namespace, publish, isOurs, backoff, failed }: StatusOptions): Loop {
  const all = informers.of(ingresses, { namespace });
  const client = readingOwnWrites(resourceClient(inNameOf(writer, transport), ingresses), all);
  const addresses = addressesFrom(publish, informers);
  const wanted = (ingress: Ingress): Published | undefined => {
    if (!isOurs(nameOf(ingress))) return hasWrittenAddresses(ingress, writer) ? [] : undefined;
    const hasNone = (ingress.status.loadBalancer.ingress ?? []).length === 0;
    // Who reads an address for the first time may ask it at once.
    return hasNone && !addresses.isAnswering() ? undefined : addresses.now();
  };
  return loop({
    name: "ingress status",
    sources: [changesOf(all, (ingress) => [keyOf(ingress)]), ...addresses.sources(() => all.list().map(keyOf))],
    plan(key) {
      const { namespace, name } = placeOf(key);
      const ingress = all.get(namespace, name);
      const next = ingress && wanted(ingress);
      if (ingress === undefined || next === undefined) return undefined;
      return isSame(ingress.status.loadBalancer.ingress ?? [], next) ? undefined : { ingress, next };
    },
    async apply({ ingress: { metadata }, next }) {
      const body = { status: { loadBalancer: { ingress: next.length === 0 ? null : next } } };
      await client.patch(metadata.namespace, metadata.name, { type: "merge", subresource: "status", body });
      return undefined;
    },
    parallel: 4,
    backoff,
    failed,
  });
}

const isSame = (a: Published, b: Published): boolean =>
  a.length === b.length && a.every(({ ip, hostname }, i) => ip === b[i]?.ip && hostname === b[i]?.hostname);

interface Addresses {
  /** undefined as long as nothing is known: nothing is written then. */
  readonly now: () => Published | undefined;
  /** Whether anybody stands behind them. */
  readonly isAnswering: () => boolean;
  /** What changes them concerns these keys. */
  readonly sources: (keys: () => readonly string[]) => readonly Source[];
}

function addressesFrom(publish: Publish, informers: Informers): Addresses {
  if (publish.kind !== "service") {
    const fixed = publish.kind === "addresses" ? listed(publish.addresses) : undefined;
    return { now: () => fixed, isAnswering: () => true, sources: () => [] };
  }
  const { namespace, name } = placeOf(publish.name);
  const followed = informers.of(services, { namespace, fieldSelector: `metadata.name=${name}` });
  const slices = informers.of(endpointSlices, { namespace, labelSelector: controllerSlices(name) });
  return {
    now() {
      const service = followed.get(namespace, name);
      return service && addressesOfService(service);
    },
    isAnswering: () =>
      slices.list().some(({ endpoints }) => endpoints.some(({ conditions }) => conditions.ready !== false)),
    sources: (keys) => [changesOf(followed, keys), changesOf(slices, keys)],
  };
}
