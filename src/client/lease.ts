import { type Lease, leases } from "#api/coordination/lease.ts";
import { readingOwnWrites } from "./cache.ts";
import type { Informer } from "./informer.ts";
import type { LeaseClock } from "./lease-clock.ts";
import { heldLease, nextStep, releasedSpec, type Sighting, sightingOf } from "./lease-record.ts";
import { refusedFor, resourceClient } from "./resource.ts";
import type { Transport } from "./transport.ts";

export interface LeaseWish {
  readonly namespace: string;
  readonly name: string;
  /** Nobody else's, nor this program's own of an earlier run: `node-1_4f1d…`. */
  readonly identity: string;
  /** For how long others respect the Lease after a renewal. At least a few round trips to the API. */
  readonly durationMs: number;
  /** How often it is renewed: a third of the duration leaves room for failures. */
  readonly renewMs: number;
}

export interface LeaseSurroundings {
  readonly transport: Transport;
  /** Follows the namespace of the Lease; one for all Leases of a process. */
  readonly leases: Informer<Lease>;
  readonly clock: LeaseClock;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Hears why a Lease couldn't be taken or renewed; that others were faster is none of it. */
  readonly failed: (fault: unknown) => void;
}

/** A Lease that is held, or waited for. */
export interface HeldLease {
  /** Whether the holder may act at this very moment. To be asked right before each act. */
  readonly held: () => boolean;
  /** Until when (`elapsedMs`) it may act without asking again; in the past while it doesn't hold the Lease. */
  readonly untilMs: () => number;
  /** Grows whenever the Lease goes from one holder to another: a number to write into what is done by its right. */
  readonly tenure: () => number;
  /** Calls back with true when the Lease has been taken, with false when it has been lost or has run out. Returns how to stop it. */
  readonly onChange: (listener: (isHeld: boolean) => void) => () => void;
  /** Calls back whenever `untilMs` has moved on: at each renewal. Returns how to stop it. */
  readonly onRenewal: (listener: () => void) => () => void;
  /** `release` gives the Lease back, so that another takes it at once instead of after its duration. */
  readonly stop: (how: { readonly release: boolean }) => Promise<void>;
}

/**
 * Competes for a Lease and keeps it, as Kubernetes' leaders do.
 *
 * What is guaranteed: at no moment does `held()` say true in two processes, whatever stops or delays them and whatever their wall
 * clocks show, as long as their monotonic clocks run equally fast within a tenth and nobody edits the Lease by hand. The holder's time
 * counts from the moment when it sent its renewal, and ends a tenth early; everybody else's counts from when they first saw it, later.
 * Each write carries the version that was seen, so of two who take it one is refused.
 *
 * What is not: an act that was begun while `held()` was true may end after it. A holder that is stopped between asking and acting acts
 * late; what it writes to the API must therefore carry the resourceVersion that it has read in its own tenure. A machine that sleeps stops
 * its monotonic clock: its holder notices at its next renewal, within `renewMs` of waking up.
 */
export function holdLease(wish: LeaseWish, around: LeaseSurroundings): HeldLease {
  return new Holder(wish, around);
}

const never = Number.NEGATIVE_INFINITY;

class Holder implements HeldLease {
  readonly #wish: LeaseWish;
  readonly #around: LeaseSurroundings;
  readonly #client: ReturnType<typeof leaseClient>;
  readonly #listeners = new Set<(isHeld: boolean) => void>();
  readonly #renewalListeners = new Set<() => void>();
  readonly #disconnect: () => void;
  #untilMs = never;
  #tenure = 0;
  #told = false;
  #seen: Sighting | undefined;
  #renewedAtMs: number | undefined;
  #working: Promise<void> | undefined;
  #stopped = false;
  /** Nothing is tried before: after a failure. */
  #pausedUntilMs = never;
  #callOffLook = (): void => {};
  #callOffEnd = (): void => {};

  constructor(wish: LeaseWish, around: LeaseSurroundings) {
    this.#wish = wish;
    this.#around = around;
    this.#client = leaseClient(around, wish.renewMs);
    this.#disconnect = around.leases.onChange((before, after) => {
      const { namespace, name } = (after ?? before)?.metadata ?? {};
      if (namespace === wish.namespace && name === wish.name) this.#look();
    });
    around.leases.synced().then(this.#look, () => {}); // it was stopped before: so is this, soon
  }

  readonly held = (): boolean => this.#around.clock.elapsedMs() < this.#untilMs;
  readonly untilMs = (): number => this.#untilMs;
  readonly tenure = (): number => this.#tenure;
  readonly onChange = (listener: (isHeld: boolean) => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };
  readonly onRenewal = (listener: () => void): (() => void) => {
    this.#renewalListeners.add(listener);
    return () => void this.#renewalListeners.delete(listener);
  };

  readonly stop = async ({ release }: { readonly release: boolean }): Promise<void> => {
    this.#stopped = true;
    this.#disconnect();
    this.#callOffLook();
    await this.#working;
    const isOurs = this.held();
    this.#end();
    const lease = this.#lease();
    if (!release || !isOurs || lease === undefined) return;
    try {
      await this.#client.update({ ...lease, spec: releasedSpec(lease, this.#around.clock.now()) });
    } catch (fault) {
      if (!refusedFor(fault, "Conflict", "NotFound")) this.#around.failed(fault); // it runs out by itself
    }
  };

  #lease(): Lease | undefined {
    return this.#around.leases.get(this.#wish.namespace, this.#wish.name);
  }

  /** Looks at the Lease as it is known, and does what is to be done now. */
  readonly #look = (): void => {
    this.#tell();
    if (this.#stopped || this.#working !== undefined || !this.#around.leases.hasSynced()) return;
    const nowMs = this.#around.clock.elapsedMs();
    const lease = this.#lease();
    const { identity, renewMs } = this.#wish;
    if (lease !== undefined) {
      this.#seen = sightingOf(lease, this.#seen, nowMs);
      if (lease.spec.holderIdentity !== identity) this.#end();
    }
    const renewedAtMs = this.held() ? this.#renewedAtMs : undefined;
    const step = nextStep({ lease, identity, seen: this.#seen, renewedAtMs, renewMs }, nowMs);
    const waitUntilMs = Math.max(step.kind === "wait" ? step.untilMs : nowMs, this.#pausedUntilMs);
    this.#callOffLook();
    if (waitUntilMs > nowMs) {
      this.#callOffLook = this.#around.clock.after(waitUntilMs - nowMs, this.#look);
      return;
    }
    this.#working = this.#write(lease).finally(() => {
      this.#working = undefined;
      this.#look();
    });
  };

  async #write(lease: Lease | undefined): Promise<void> {
    const { clock, random, failed } = this.#around;
    const { namespace, name, identity, durationMs, renewMs } = this.#wish;
    const sentAtMs = clock.elapsedMs();
    const { annotations, spec } = heldLease(lease, { identity, durationMs, now: clock.now() });
    try {
      const written =
        lease === undefined
          ? await this.#client.create(namespace, { metadata: { namespace, name, annotations }, spec })
          : await this.#client.update({ ...lease, metadata: { ...lease.metadata, annotations }, spec });
      this.#begin(sentAtMs, written.spec.leaseTransitions ?? 0);
    } catch (fault) {
      // Only those who compete wait a little, so that they don't do so in step for ever.
      this.#pausedUntilMs = clock.elapsedMs() + (renewMs / 4) * random();
      if (refusedFor(fault, "Conflict", "AlreadyExists", "NotFound")) await this.#learn();
      else failed(fault);
    }
  }

  /** Somebody has written the Lease; the informer may not have heard of it yet. */
  async #learn(): Promise<void> {
    const { leases: informer, failed } = this.#around;
    try {
      informer.learn(await this.#client.get(this.#wish.namespace, this.#wish.name));
    } catch (fault) {
      if (!refusedFor(fault, "NotFound")) failed(fault);
    }
  }

  #begin(sentAtMs: number, tenure: number): void {
    const { clock } = this.#around;
    if (this.#stopped) return;
    this.#tell(); // the hold before may have run out meanwhile
    this.#renewedAtMs = sentAtMs;
    this.#untilMs = sentAtMs + this.#wish.durationMs * 0.9;
    this.#tenure = tenure;
    this.#callOffEnd();
    this.#callOffEnd = clock.after(this.#untilMs - clock.elapsedMs(), this.#tell);
    this.#tell();
    for (const listener of this.#renewalListeners) listener();
  }

  #end(): void {
    this.#callOffEnd();
    this.#untilMs = never;
    this.#renewedAtMs = undefined;
    this.#tell();
  }

  readonly #tell = (): void => {
    const isHeld = this.held();
    if (isHeld === this.#told) return;
    this.#told = isHeld;
    for (const listener of this.#listeners) listener(isHeld);
  };
}

/** Each request gets so much time: one that hangs must not keep the next renewal back. */
function leaseClient({ transport, leases: informer, clock }: LeaseSurroundings, patienceMs: number) {
  const limited: Transport = {
    close: () => {},
    async send(request) {
      const late = new AbortController();
      const callOff = clock.after(patienceMs, () => late.abort(new Error("the API took too long to answer")));
      try {
        const answer = await transport.send({ ...request, signal: late.signal });
        return { ...answer, text: () => answer.text().finally(callOff) };
      } catch (fault) {
        callOff();
        throw fault;
      }
    },
  };
  return readingOwnWrites(resourceClient(limited, leases), informer);
}
