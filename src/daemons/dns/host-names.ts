import type { Ingress } from "#api/networking/ingress.ts";
import type { Backoff } from "#client/backoff.ts";
import type { Informer } from "#client/informer.ts";
import { hostClaim, IngressHosts } from "#core/dns/ingress-hosts.ts";
import { parseHostName } from "#core/dns/name.ts";
import { type HostsBlock, writeHostsBlock } from "#os/hosts-file.ts";
import { changesOf, everything, type Failure, type Loop, loop } from "../loop.ts";

export interface HostNamesOptions {
  readonly ingresses: Informer<Ingress>;
  /** The cluster domain: `cluster.local`. */
  readonly domain: string;
  readonly block: HostsBlock;
  readonly failed: (failure: Failure) => void;
}

const backoff: Backoff = { firstSeconds: 0.1, longestSeconds: 30, random: Math.random };

/**
 * Lets this machine know the hosts of Ingresses too, by lines of its hosts file: they hurt nobody while no process of ours runs, which a
 * resolver of its own would. Wildcards can't stand there.
 */
export function keepHostNames({ ingresses, domain, block, failed }: HostNamesOptions): Loop {
  const zone = parseHostName(domain) ?? ".";
  const hosts = new IngressHosts();
  return loop({
    name: "host names",
    sources: [
      changesOf(ingresses, ({ metadata: { namespace, name } }) => {
        const present = ingresses.get(namespace, name);
        hosts.replace(`${namespace}/${name}`, present && hostClaim(present, zone));
        return [everything];
      }),
    ],
    plan: () => linesOf(hosts),
    async apply(lines) {
      await writeHostsBlock(block, lines);
      return undefined;
    },
    parallel: 1,
    backoff,
    failed,
  });
}

const linesOf = (hosts: IngressHosts): readonly string[] =>
  [...hosts.all()]
    .filter(([host]) => !host.startsWith("*"))
    .flatMap(([host, records]) =>
      records.flatMap((one) =>
        one.type === "A" || one.type === "AAAA" ? [`${one.address.text} ${host.slice(0, -1)}`] : [],
      ),
    )
    .toSorted();
