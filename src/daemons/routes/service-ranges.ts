import { serviceCidrs } from "#api/networking/service-cidr.ts";
import type { Informers } from "#client/informers.ts";
import { blocksOf } from "#core/addresses/service-ranges.ts";
import type { Cidr } from "#net/cidr.ts";
import type { Ip } from "#net/ip.ts";
import { ipBatch } from "#os/ip.ts";
import { changesOf, everything, type Failure, type Loop, loop } from "../loop.ts";

export interface ServiceRoutesOptions {
  /** Follows ServiceCIDRs. */
  readonly informers: Informers;
  /** The node's own link, which leads nowhere. */
  readonly link: string;
  /** From where the node itself speaks to Services; one a family. */
  readonly sources: readonly Ip[];
  /** Blocks that lead there anyhow. */
  readonly own: readonly Cidr[];
  readonly failed: (failure: Failure) => void;
}

/**
 * Lets the ranges that were added for Services lead to the node's own link, as the first ones do: a packet is translated only once it has
 * a route, and one for an address that nobody has must not leave by the default route. Routes go with the link.
 */
export function keepServiceRoutes({ informers, link, sources, own, failed }: ServiceRoutesOptions): Loop {
  const ranges = informers.of(serviceCidrs);
  const laid = new Map<string, Cidr>();
  const wanted = (): readonly Cidr[] =>
    ranges
      .list()
      .flatMap(blocksOf)
      .filter(({ text }) => !own.some((one) => one.text === text));
  return loop<readonly Cidr[]>({
    name: "service-routes",
    sources: [changesOf(ranges, () => [everything])],
    plan: wanted,
    async apply(blocks) {
      const stale = [...laid.values()].filter(({ text }) => !blocks.some((one) => one.text === text));
      const fresh = blocks.filter(({ text }) => !laid.has(text));
      for (const { text } of stale) {
        await ipBatch([`route delete ${text} dev ${link}`]);
        laid.delete(text);
      }
      for (const block of fresh) {
        const source = sources.find(({ family }) => family === block.family);
        if (source === undefined) continue; // a family that this node doesn't have
        await ipBatch([`route replace ${block.text} dev ${link} src ${source.text}`]);
        laid.set(block.text, block);
      }
      return undefined;
    },
    parallel: 1,
    backoff: { firstSeconds: 0.05, longestSeconds: 5, random: Math.random },
    failed,
  });
}
