import { type HeldLease, holdLease, type LeaseSurroundings } from "#client/lease.ts";
import { announcingNamespace, nodeLeaseName } from "#core/addresses/load-balancer/announcing-leases.ts";

/** For how long others respect a node's Lease: so long an address may be without an answer when its node is killed. */
const durationMs = 600;
const renewMs = 200;

export interface OwnLeaseOptions {
  readonly wish: { readonly node: string; readonly identity: string };
  readonly around: LeaseSurroundings;
  readonly changed: (isHeld: boolean) => void;
  readonly renewed: () => void;
}

/** This node's right to announce: held while some address needs it, given back when none does. */
export class OwnLease {
  readonly #options: OwnLeaseOptions;
  readonly #needed = new Set<string>();
  #held: HeldLease | undefined;
  #ending: Promise<void> = Promise.resolve();

  constructor(options: OwnLeaseOptions) {
    this.#options = options;
  }

  /** Whether it is held; if not, it will be taken, and `changed` tells. */
  holdsFor(address: string): boolean {
    this.#needed.add(address);
    this.#held ??= this.#hold();
    return this.#held.held();
  }

  noLonger(address: string): void {
    if (!this.#needed.delete(address) || this.#needed.size > 0) return;
    void this.#release();
  }

  isHeld(): boolean {
    return this.#held?.held() ?? false;
  }
  /** Another one whenever others may have taken this node's addresses in between. */
  tenure(): number {
    return this.#held?.tenure() ?? -1;
  }
  /** For so long from now it counts, in milliseconds. */
  leftMs(): number {
    return this.#held === undefined ? 0 : this.#held.untilMs() - this.#options.around.clock.elapsedMs();
  }

  async stop(): Promise<void> {
    this.#needed.clear();
    await this.#release();
  }

  #hold(): HeldLease {
    const { wish, around, changed, renewed } = this.#options;
    const held = holdLease(
      {
        namespace: announcingNamespace,
        name: nodeLeaseName(wish.node),
        identity: wish.identity,
        durationMs,
        renewMs,
      },
      around,
    );
    held.onChange((isHeld) => {
      if (this.#held === held || !isHeld) changed(isHeld);
    });
    held.onRenewal(() => {
      if (this.#held === held) renewed();
    });
    return held;
  }

  #release(): Promise<void> {
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) this.#ending = this.#ending.then(() => held.stop({ release: true }));
    return this.#ending;
  }
}
