import { setTimeout as sleep } from "node:timers/promises";
import { type Pod, pods } from "#api/core/pod.ts";
import type { Service } from "#api/core/service.ts";
import { type EndpointSlice, endpointSlices } from "#api/discovery/endpoint-slice.ts";
import { informer } from "#client/informer.ts";
import type { Transport } from "#client/transport.ts";
import { ownerOf } from "#core/services/slice-owner.ts";
import { lastingTrouble } from "#core/trace/lasting-trouble.ts";
import { selects } from "#core/workloads/service-pods.ts";

/** Who answers for a Service. */
export type Backing =
  /** `targets`: by the name of the Service's port, the pods' own. */
  | { readonly kind: "pods"; readonly targets: ReadonlyMap<string, number> }
  | { readonly kind: "nobody"; readonly because: string };

export interface Patience {
  /** How long pods may take to become ready. */
  readonly seconds: number;
  /** How long a Service may be without any pod: controllers need a moment to make them. */
  readonly podlessSeconds: number;
}

/** Waits until each Service is answered for, or it is clear why it won't be. By `namespace/name`. */
export async function waitForEndpoints(
  transport: Transport,
  services: readonly Service[],
  patience: Patience,
): Promise<ReadonlyMap<string, Backing>> {
  const slices = informer(transport, endpointSlices);
  const running = informer(transport, pods);
  const startedAt = performance.now();
  const look = (): ReadonlyMap<string, Backing | "wait"> => {
    const seconds = (performance.now() - startedAt) / 1000;
    const [allSlices, allPods] = [slices.list(), running.list()];
    return new Map(
      services.map((service) => {
        const own = allSlices.filter((slice) => ownerOf(slice) === keyOf(service));
        const selected = allPods.filter((pod) => selects(service, pod));
        return [keyOf(service), backingOf(own, selected) ?? wait(service, selected, { seconds, patience })];
      }),
    );
  };
  const decided = Promise.withResolvers<void>();
  const check = (): void => {
    if (slices.hasSynced() && running.hasSynced() && [...look().values()].every((one) => one !== "wait"))
      decided.resolve();
  };
  for (const followed of [slices, running]) {
    followed.onChange(check);
    followed.start();
    followed.synced().then(check, () => undefined);
  }
  const stop = new AbortController();
  const later = [patience.podlessSeconds, patience.seconds].map((seconds) =>
    sleep(seconds * 1000, undefined, { signal: stop.signal }).then(check, () => undefined),
  );
  await Promise.race([decided.promise, Promise.all(later)]);
  stop.abort();
  const found = look();
  slices.stop();
  running.stop();
  return new Map(
    [...found].map(([key, one]) => [key, one === "wait" ? { kind: "nobody", because: "no endpoints" } : one]),
  );
}

export const keyOf = ({ metadata }: Service): string => `${metadata.namespace}/${metadata.name}`;

/** undefined where nobody is ready, but somebody may become it. */
function backingOf(slices: readonly EndpointSlice[], selected: readonly Pod[]): Backing | undefined {
  const answering = slices.filter(({ endpoints }) => endpoints.some(({ conditions }) => conditions.ready !== false));
  if (answering.length > 0) {
    const ports = answering.flatMap((slice) => slice.ports);
    return { kind: "pods", targets: new Map(ports.map(({ name, port }) => [name ?? "", port ?? 0])) };
  }
  const troubles = selected.map(lastingTrouble);
  const [first] = troubles;
  // As long as one of them is only slow, it is too early to give up.
  return first === undefined || troubles.includes(undefined) ? undefined : { kind: "nobody", because: first };
}

interface Waited {
  readonly seconds: number;
  readonly patience: Patience;
}
function wait({ spec }: Service, selected: readonly Pod[], { seconds, patience }: Waited): Backing | "wait" {
  const labels = Object.entries(spec.selector ?? {}).map(([key, value]) => `${key}=${value}`);
  if (selected.length === 0) {
    if (seconds < patience.podlessSeconds) return "wait";
    const because = labels.length === 0 ? "no selector, and no endpoints of its own" : `no pod has ${labels.join(",")}`;
    return { kind: "nobody", because };
  }
  if (seconds < patience.seconds) return "wait";
  return { kind: "nobody", because: `none of its ${selected.length} pods is ready after ${patience.seconds} s` };
}
