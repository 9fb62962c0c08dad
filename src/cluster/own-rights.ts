import { type DeniedRight, type NotedRights, noteRights, showHolder, showRight } from "#client/rights.ts";
import type { Transport } from "#client/transport.ts";
import { ClusterFault } from "./faults.ts";

/** So long a right may be on its way at the start: an API server hears of a role's change a moment after it is written. */
const patienceMs = 10_000;

export interface OwnRightsOptions {
  /** Where all that it needs is written down: "deploy/ingress". */
  readonly manifest: string;
  /** Whether it can't do its work at all without this one. */
  readonly isNeeded: (right: DeniedRight) => boolean;
  /** Hears in a sentence of each right that is missing, at once and once. */
  readonly lacks: (sentence: string) => void;
}

/**
 * What a program that runs alone is let do. One that can't begin gives up, so that whoever started it sees that; one that has begun goes on
 * with what it knows, since a role that was deleted by mistake is to stop no traffic.
 */
export class OwnRights {
  readonly #options: OwnRightsOptions;
  readonly #noted: NotedRights;
  readonly #unfit = Promise.withResolvers<ClusterFault>();
  #hasBegun = false;
  #waiting: NodeJS.Timeout | undefined;
  #settling: NodeJS.Timeout | undefined;

  constructor(transport: Transport, options: OwnRightsOptions) {
    this.#options = options;
    this.#noted = noteRights(transport, (right) => this.#denied(right));
  }

  get transport(): Transport {
    return this.#noted.transport;
  }

  /** Resolves to `RightsMissing` when a needed right is still missing after some patience at the start. */
  get unfit(): Promise<ClusterFault> {
    return this.#unfit.promise;
  }

  /** What is missing, a sentence each. */
  readonly lacking = (): readonly string[] => this.#noted.lacking().map((right) => this.#sentence(right));

  /** False as long as it can't begin. */
  readonly isFit = (): boolean => (this.#hasBegun && this.#waiting === undefined) || this.#needed().length === 0;

  /** To be called when all that was there at the start is served. What is taken away some time later stops nothing any more. */
  begun(): void {
    this.#settling ??= setTimeout(() => {
      this.#hasBegun = true;
    }, patienceMs);
  }

  /** undefined where no needed right is missing. */
  unfitness(): ClusterFault | undefined {
    const [first, ...rest] = this.#needed();
    if (first === undefined) return undefined;
    return new ClusterFault("RightsMissing", {
      what: `the API server doesn't let it ${[first, ...rest].map(showRight).join(", nor ")}`,
      where: showHolder(first),
      fix: `apply the roles and bindings of ${this.#options.manifest}`,
    });
  }

  close(): void {
    clearTimeout(this.#waiting);
    clearTimeout(this.#settling);
  }

  #denied(right: DeniedRight): void {
    this.#options.lacks(this.#sentence(right));
    if (this.#hasBegun || this.#waiting !== undefined || !this.#options.isNeeded(right)) return;
    this.#waiting = setTimeout(() => {
      this.#waiting = undefined;
      const fault = this.unfitness();
      if (fault !== undefined) this.#unfit.resolve(fault);
    }, patienceMs);
  }

  readonly #needed = (): readonly DeniedRight[] => this.#noted.lacking().filter(this.#options.isNeeded);

  #sentence(right: DeniedRight): string {
    const where = right.namespace === "" ? "by a ClusterRole" : "there";
    return `may not ${showRight(right)}: give ${showHolder(right)} the verb ${JSON.stringify(right.verb)} on ${right.resource} ${where} (${this.#options.manifest} has all that it needs)`;
  }
}
