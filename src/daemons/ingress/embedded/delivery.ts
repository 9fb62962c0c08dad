import type { Field } from "#net/http1/fields.ts";
import type { BackendPool } from "./backend-pool.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Peer } from "./peer.ts";
import type { Answer, AnswerEvents, BackendFailure, BackendRequest, BackendSide, Tunnel, TunnelEnd } from "./sides.ts";

/** What a delivery tells of itself. */
export interface DeliveryEnd extends Omit<AnswerEvents, "backendFailed" | "backendDrained" | "answered"> {
  readonly answered: (answer: Answer, upgrade: string | undefined, by: Endpoint) => void;
  /** The request's body may go on. */
  readonly wantsBody: () => void;
  /** No answer, or not all of it: the status that says so. */
  readonly failed: (status: 502 | 503 | 504, because: string) => void;
}

export interface Delivered {
  readonly pool: BackendPool;
  readonly request: BackendRequest;
  readonly peer: Peer;
  /** What the endpoint is chosen by where the backend's balance is a hash. */
  readonly key: string;
  /** Whom the client's cookie names. */
  readonly preferred: Endpoint | undefined;
}

/** Asking twice does what asking once does (RFC 9110 section 9.2.2). */
const idempotent = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"]);
/** So often another connection is tried after one that ended without a word. */
const mostSilentEnds = 3;

/** One request on its way to one of a backend's endpoints: the next one where the first can't be reached. */
export class Delivery implements AnswerEvents {
  readonly #what: Delivered;
  readonly #end: DeliveryEnd;
  readonly #tried: Endpoint[] = [];
  #endpoint: Endpoint | undefined;
  #side: BackendSide | undefined;
  #takeBack: () => void = () => {};
  #held: Uint8Array[] = [];
  #heldEnd: readonly Field[] | undefined;
  #bodySent = false;
  #isAnswered = false;
  #isOver = false;
  #connectFailures = 0;
  #silentEnds = 0;

  constructor(what: Delivered, end: DeliveryEnd) {
    this.#what = what;
    this.#end = end;
  }

  /** The endpoint that has the request, or had it last. */
  get endpoint(): Endpoint | undefined {
    return this.#endpoint;
  }

  start(): void {
    const { pool, key, preferred } = this.#what;
    const first = preferred !== undefined && !this.#tried.includes(preferred) ? preferred : undefined;
    const endpoint = first ?? pool.choose(this.#tried, key);
    if (endpoint === undefined) {
      this.#fail(503, "the backend has no endpoints");
      return;
    }
    this.#endpoint = endpoint;
    this.#tried.push(endpoint);
    endpoint.active += 1;
    const { request, peer } = this.#what;
    this.#takeBack = endpoint.take({
      peer,
      host: request.host,
      events: this,
      canRepeat: this.#canRepeat,
      isAnew: this.#silentEnds > 0,
      taken: (side, isReused) => this.#taken(side, isReused),
      failed: (because) => this.#notConnected(because),
    });
  }

  /** false: no more before `wantsBody`. */
  write(piece: Uint8Array): boolean {
    if (this.#side === undefined) {
      this.#held.push(piece);
      return false;
    }
    this.#bodySent = true;
    return this.#side.write(piece);
  }

  end(trailers: readonly Field[]): void {
    this.#heldEnd = trailers;
    this.#side?.end(trailers);
  }

  flush(): void {
    this.#side?.flush();
  }

  pause(): void {
    this.#side?.pause();
  }

  resume(): void {
    this.#side?.resume();
  }

  upgrade(end: TunnelEnd): Tunnel | undefined {
    const side = this.#side;
    this.#side = undefined;
    return side?.upgrade(end);
  }

  /** Nobody waits for the answer any more. */
  abandon(): void {
    if (this.#isOver) return;
    this.#over();
    const side = this.#side;
    this.#side = undefined;
    if (side === undefined) this.#takeBack();
    else side.abandon();
  }

  // AnswerEvents

  interim(status: number, fields: readonly Field[]): void {
    this.#end.interim(status, fields);
  }

  answered(answer: Answer, upgrade: string | undefined): void {
    this.#isAnswered = true;
    if (this.#endpoint !== undefined) this.#end.answered(answer, upgrade, this.#endpoint);
  }

  answerPiece(piece: Uint8Array): void {
    this.#end.answerPiece(piece);
  }

  answerFlush(): void {
    this.#end.answerFlush();
  }

  answerEnd(trailers: readonly Field[]): void {
    this.#side = undefined;
    this.#over();
    this.#end.answerEnd(trailers);
  }

  backendDrained(): void {
    if (!this.#isOver) this.#end.wantsBody();
  }

  backendFailed({ kind, because }: BackendFailure): void {
    this.#side = undefined;
    if (kind === "closed" && !this.#isAnswered && this.#canRepeat && this.#silentEnds < mostSilentEnds) {
      this.#silentEnds += 1;
      this.#again();
      return;
    }
    this.#fail(kind === "silent" ? 504 : 502, because);
  }

  get #canRepeat(): boolean {
    return !this.#bodySent && this.#what.request.body.kind === "none" && idempotent.has(this.#what.request.method);
  }

  #taken(side: BackendSide, isReused: boolean): void {
    this.#side = side;
    side.send(this.#what.request);
    const held = this.#held;
    this.#held = [];
    for (const piece of held) side.write(piece);
    if (held.length > 0) this.#bodySent = true;
    if (this.#heldEnd !== undefined) side.end(this.#heldEnd);
    else {
      // On a connection that was there, the head waits for what came of the body with it.
      if (!isReused) side.flush();
      this.#end.wantsBody();
    }
  }

  #notConnected(because: string): void {
    const { connectRetries } = this.#what.pool.backend.settings;
    this.#connectFailures += 1;
    if (this.#connectFailures <= connectRetries) this.#again();
    else this.#fail(503, because);
  }

  #again(): void {
    if (this.#endpoint !== undefined) this.#endpoint.active -= 1;
    this.#endpoint = undefined;
    this.start();
  }

  #fail(status: 502 | 503 | 504, because: string): void {
    this.#over();
    this.#end.failed(status, because);
  }

  #over(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#endpoint !== undefined) this.#endpoint.active -= 1;
  }
}
