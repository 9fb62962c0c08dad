import type { Deadlines, Timed } from "./deadlines.ts";
import type { Tunnel, TunnelEnd } from "./sides.ts";

/** One end of a tunnel, given what hears of it. */
export type Opening = (end: TunnelEnd) => Tunnel | undefined;

/** What a tunnel is held to, and whom its end is told. */
export interface TunnelTerms {
  readonly deadlines: Deadlines;
  /** Bytes must come from either side within so many seconds. */
  readonly idleSeconds: number;
  readonly closed: (bytes: { readonly sent: number; readonly received: number }) => void;
}

/** Two connections that are each other's from now on: what one brings the other is sent, and with one the other ends. */
export class TwoWay implements Timed {
  deadline: number;
  readonly #terms: TunnelTerms;
  #client: Tunnel | undefined;
  #backend: Tunnel | undefined;
  #sent = 0;
  #received = 0;
  #isOver = false;

  constructor(terms: TunnelTerms) {
    this.#terms = terms;
    this.deadline = terms.deadlines.inSeconds(terms.idleSeconds);
    terms.deadlines.add(this);
  }

  /** false: one of the two can't be had. */
  open(client: Opening, backend: Opening): boolean {
    // The backend's first bytes may come with its agreement, before the client has heard of it.
    const early: Uint8Array[] = [];
    this.#backend = backend({
      bytes: (bytes) => (this.#client === undefined ? early.push(bytes) : this.#toClient(bytes)),
      drained: () => this.#client?.resume(),
      ended: () => this.#client?.end(),
      gone: () => this.#close(),
    });
    this.#client = client({
      bytes: (bytes) => this.#toBackend(bytes),
      drained: () => this.#backend?.resume(),
      ended: () => this.#backend?.end(),
      gone: () => this.#close(),
    });
    for (const bytes of early) this.#toClient(bytes);
    if (this.#client !== undefined && this.#backend !== undefined) return true;
    this.#close();
    return false;
  }

  overdue(): void {
    this.#close();
  }

  #toClient(bytes: Uint8Array): void {
    this.deadline = this.#terms.deadlines.inSeconds(this.#terms.idleSeconds);
    this.#sent += bytes.length;
    if (this.#client?.write(bytes) === false) this.#backend?.pause();
  }

  #toBackend(bytes: Uint8Array): void {
    this.deadline = this.#terms.deadlines.inSeconds(this.#terms.idleSeconds);
    this.#received += bytes.length;
    if (this.#backend?.write(bytes) === false) this.#client?.pause();
  }

  #close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#terms.deadlines.remove(this);
    this.#client?.destroy();
    this.#backend?.destroy();
    this.#terms.closed({ sent: this.#sent, received: this.#received });
  }
}
