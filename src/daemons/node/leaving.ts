import type { Node } from "#api/core/node.ts";
import type { Pod } from "#api/core/pod.ts";
import type { EndpointSlice } from "#api/discovery/endpoint-slice.ts";
import type { Informer } from "#client/informer.ts";
import { longestLeavingMs, servedIn, settleMs } from "#core/pods/leaving.ts";
import { pause } from "./hooks.ts";

export interface LeavingOptions {
  readonly slices: Informer<EndpointSlice>;
  readonly nodes: Informer<Node>;
}

/** Resolves when no node sends new connections to a pod any more, as far as can be known, or at `end`. */
export type Leave = (pod: Pod, end: AbortSignal) => Promise<void>;

export function leaving({ slices, nodes }: LeavingOptions): Leave {
  const slicesOf = slices.index(({ endpoints }) => endpoints.flatMap(({ targetRef }) => targetRef?.uid ?? []));
  return async ({ metadata: { uid } }, end) => {
    const isReady = (): boolean => servedIn(slicesOf(uid), uid) === "ready";
    if (servedIn(slicesOf(uid), uid) === "never") return;
    await untilChanged(slices, () => !isReady(), AbortSignal.any([end, AbortSignal.timeout(longestLeavingMs)]));
    await pause(settleMs(nodes.list().length), end);
  };
}

/** Resolves when a change of the slices makes it hold, at once where it does, or at `end`. */
async function untilChanged(slices: Informer<EndpointSlice>, holds: () => boolean, end: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = slices.onChange(() => {
    if (holds()) resolve();
  });
  end.addEventListener("abort", () => resolve(), { once: true });
  if (holds() || end.aborted) resolve();
  await promise;
  stop();
}
