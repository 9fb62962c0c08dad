import { namespaces } from "#api/core/namespace.ts";
import { nodes } from "#api/core/node.ts";
import { type Service, services } from "#api/core/service.ts";
import { type LoadBalancerPool, loadBalancerPools } from "#api/portolan/load-balancer-pool.ts";
import { keyOf, placeOf } from "#client/informer.ts";
import type { Informers } from "#client/informers.ts";
import { LoadBalancerBook, type Outcome } from "#core/addresses/load-balancer/book.ts";
import {
  type ClusterAddresses,
  inOrderOfUse,
  judgePools,
  type PoolVerdict,
} from "#core/addresses/load-balancer/pools.ts";
import { addressesIn, type Told } from "#core/addresses/load-balancer/status.ts";
import { type Refusal, type Wished, wishOf } from "#core/addresses/load-balancer/wish.ts";
import { type Ip, parseIp } from "#net/ip.ts";

/** Where Services ask for their addresses; keeps the book about them. */
export interface AddressDesk {
  readonly book: LoadBalancerBook;
  /** What the Service of that key is to be told, and whether others may hope for what it no longer has. */
  readonly ask: (key: string) => { readonly told: Told; readonly freed: boolean };
  /** Pools or nodes are not what they were. */
  readonly poolsChanged: () => void;
  readonly verdictOn: (pool: LoadBalancerPool) => PoolVerdict | undefined;
}

/** The informers must be synced when the first question comes. */
export function addressDesk(informers: Informers, ranges: ClusterAddresses["ranges"]): AddressDesk {
  const [allServices, allPools, allNodes, allNamespaces] = [
    informers.of(services),
    informers.of(loadBalancerPools),
    informers.of(nodes),
    informers.of(namespaces),
  ];
  const book = new LoadBalancerBook();
  let verdicts: ReadonlyMap<string, PoolVerdict> | undefined;
  let hasRecalled = false;

  const wished = (service: Service): Wished =>
    wishOf(service, allNamespaces.get("", service.metadata.namespace)?.metadata.labels ?? {});

  const judged = (): ReadonlyMap<string, PoolVerdict> => {
    if (verdicts !== undefined) return verdicts;
    const pools = allPools.list();
    verdicts = judgePools(pools, { ranges, nodes: allNodes.list().flatMap(addressesOf) });
    book.usePools(inOrderOfUse(pools, verdicts));
    return verdicts;
  };

  // What Services were given before this process began is theirs before any other is given something.
  const recallAll = (): void => {
    hasRecalled = true;
    for (const service of allServices.list().toSorted(byAge)) {
      const asked = wished(service);
      if (asked.kind === "wish") book.recall(asked.wish, addressesIn(service));
    }
  };

  return {
    book,
    ask(key) {
      judged();
      if (!hasRecalled) recallAll();
      const { namespace, name } = placeOf(key);
      const service = allServices.get(namespace, name);
      const before = book.addressesOf(key);
      const told = service && tell(book, key, wished(service));
      if (service === undefined) book.release(key);
      const after = new Set(book.addressesOf(key).map(({ text }) => text));
      return { told, freed: before.some(({ text }) => !after.has(text)) };
    },
    poolsChanged: () => {
      verdicts = undefined;
    },
    verdictOn: ({ metadata }) => judged().get(metadata.name),
  };
}

function tell(book: LoadBalancerBook, key: string, wished: Wished): Told {
  switch (wished.kind) {
    case "wish":
      return book.settle(wished.wish);
    case "invalid":
      return keeping(book.addressesOf(key), wished.because);
    case "foreign":
      book.release(key);
      return wished;
    case "nothing":
      book.release(key);
      return undefined;
  }
}

/** A wish that nobody can read takes nothing away. */
const keeping = (addresses: readonly Ip[], because: Refusal): Outcome =>
  addresses.length === 0 ? { kind: "pending", because } : { kind: "assigned", addresses, unmet: because };

function byAge(a: Service, b: Service): number {
  const [first, second] = [a, b].map((one) => `${one.metadata.creationTimestamp} ${keyOf(one)}`);
  return (first ?? "") < (second ?? "") ? -1 : 1;
}

const addressesOf = ({ status }: { readonly status: { readonly addresses?: readonly { address: string }[] } }) =>
  (status.addresses ?? []).flatMap(({ address }) => parseIp(address) ?? []);
