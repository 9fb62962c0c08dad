import type { Backoff } from "#client/backoff.ts";
import { nameOf, staleFlows, type Watched } from "#core/services/flows.ts";
import type { IpFamily } from "#net/ip.ts";
import { forgetUdpFlows, listUdpFlows } from "#os/conntrack.ts";
import { everything, type Failure, loop } from "../loop.ts";

/** Makes the kernel forget UDP flows whose endpoint is gone. */
export interface FlowSweep {
  /** Call it when the new rules are in the kernel: a flow that is forgotten earlier could come back through the old ones. */
  readonly check: (watched: readonly Watched[]) => void;
  readonly idle: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

interface SweepOptions {
  readonly backoff: Backoff;
  readonly failed: (failure: Failure) => void;
}

/** Works beside the rules, which never wait for it. However many frontends changed, the kernel's table is read once. */
export function sweepFlows(families: readonly IpFamily[], { backoff, failed }: SweepOptions): FlowSweep {
  const waiting = new Map<string, Watched>();
  const sweeping = loop<readonly Watched[]>({
    name: "udp-flows",
    sources: [],
    plan: () => (waiting.size === 0 ? undefined : [...waiting.values()]),
    async apply(watched) {
      for (const family of families) {
        const targets = watched.map(({ at }) => at.ip).filter((ip) => ip.family === family);
        if (targets.length > 0) await forgetUdpFlows(staleFlows(await listUdpFlows(family, targets), watched));
      }
      // What changed again meanwhile has been replaced, and waits on.
      for (const one of watched) if (waiting.get(nameOf(one.at)) === one) waiting.delete(nameOf(one.at));
      return undefined;
    },
    parallel: 1,
    backoff,
    failed,
  });
  return {
    check(watched) {
      for (const one of watched) waiting.set(nameOf(one.at), one);
      if (watched.length > 0) sweeping.enqueue(everything);
    },
    idle: sweeping.idle,
    stop: sweeping.stop,
  };
}
