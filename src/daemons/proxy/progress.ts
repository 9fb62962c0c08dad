/** How long a change may wait for the kernel before the proxy counts as unhealthy: twice kube-proxy's syncPeriod. Milliseconds. */
const patienceMs = 60_000;

/**
 * Whether the kernel keeps up with the API. Healthy until a change has waited too long; a proxy without changes is healthy.
 * Source: ProxyHealthServer in pkg/proxy/healthcheck.
 */
export class Progress {
  readonly #now: () => number;
  #pendingSince: number | undefined;
  #queuedAt = 0;
  #updatedAt = 0;

  /** `now` in milliseconds since 1970. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Something has changed that the kernel does not know of yet. */
  queued(): void {
    this.#queuedAt = this.#now();
    this.#pendingSince ??= this.#queuedAt;
  }

  /** The kernel knows everything that was heard of so far. */
  updated(): void {
    this.#pendingSince = undefined;
    this.#updatedAt = this.#now();
  }

  get isHealthy(): boolean {
    return this.#pendingSince === undefined || this.#now() - this.#pendingSince < patienceMs;
  }
  /** Milliseconds since 1970; 0: never. */
  get updatedAt(): number {
    return this.#updatedAt;
  }
  get queuedAt(): number {
    return this.#queuedAt;
  }
}
