import type { EventRecorder } from "#client/events.ts";
import { flowsToCheck, type Watched } from "#core/services/flows.ts";
import type { NodeFacts, ServiceEntry, ServiceName } from "#core/services/service-map.ts";
import type { Ip } from "#net/ip.ts";
import type { FlowSweep } from "./flow-sweep.ts";
import type { RulesFollower } from "./followers.ts";
import type { Changes, Observed } from "./observed.ts";
import { tellPassedOver } from "./passed-over.ts";
import type { Told } from "./status-pages.ts";
import type { TurningRules } from "./turning-rules.ts";

interface Parts {
  readonly rules: Pick<TurningRules, "change">;
  readonly observed: Pick<Observed, "service" | "entry">;
  readonly recorder: EventRecorder;
  readonly sweep: Pick<FlowSweep, "check">;
  readonly followers: readonly RulesFollower[];
  readonly told: Told;
}

/** Brings what has changed into the kernel, and remembers what it stands at. */
export class Programming {
  readonly #node: Omit<NodeFacts, "zone">;
  readonly #parts: Parts;
  readonly #entries = new Map<ServiceName, ServiceEntry>();
  #nodeAddresses: readonly Ip[] = [];
  /** What changed in rules that the kernel has not taken yet. */
  readonly #unchecked: Watched[] = [];

  constructor(node: Omit<NodeFacts, "zone">, parts: Parts) {
    this.#node = node;
    this.#parts = parts;
  }

  /** Rejects where the kernel doesn't take it; what is asked for next then holds this change too. */
  async apply({ names, addresses, zone }: Changes): Promise<void> {
    const { rules, sweep, followers, told } = this.#parts;
    const begun = performance.now();
    if (addresses !== undefined) this.#nodeAddresses = [...addresses.own, ...addresses.nodePorts];
    const entries = new Map(names.map((name) => [name, this.#renew(name, zone)]));
    const change = { entries, addresses };
    for (const follower of followers) follower.changed(change);
    await rules.change(change);
    sweep.check(this.#unchecked.splice(0));
    told.progress.updated();
    // Otherwise it was only looked whether the rules still stand.
    if (names.length > 0 || addresses !== undefined) told.metrics.synced((performance.now() - begun) / 1000);
  }

  #renew(name: ServiceName, zone: string | undefined): ServiceEntry | undefined {
    const { observed, recorder } = this.#parts;
    const service = observed.service(name);
    const before = this.#entries.get(name);
    const entry = observed.entry(name, { ...this.#node, zone });
    this.#unchecked.push(...flowsToCheck(before, entry, this.#nodeAddresses));
    if (service !== undefined && entry !== undefined) tellPassedOver(recorder, service, { before, now: entry });
    if (entry === undefined) this.#entries.delete(name);
    else this.#entries.set(name, entry);
    return entry;
  }
}
