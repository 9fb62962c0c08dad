import type { Identity } from "#core/access/identity.ts";
import { type Standing, standingOf } from "#core/access/standing.ts";
import { timeout, tooManyRequests } from "#machinery/status.ts";
import type { Registry } from "#metrics/registry.ts";
import type { ServerRequest } from "../exchange.ts";
import { limits } from "../limits.ts";
import { Bodies } from "./bodies.ts";
import { type Rejection, Seats } from "./seats.ts";

/** How many requests are worked on at once; 0: as many as there are. */
export interface InFlightLimits {
  readonly reading: number;
  readonly writing: number;
}

interface FairnessLimits extends InFlightLimits {
  /** For a body to arrive. */
  readonly bodyMilliseconds: number;
}

/** A request on its way to be worked on. */
export interface Seated {
  /** The same, but that its seat is taken once its body has been read. */
  readonly request: ServerRequest;
  /** Takes its seat now. Throws a 429. */
  readonly enter: () => Promise<void>;
  readonly leave: () => void;
}

const retryAfterSeconds = 1;
const tooMany = () => tooManyRequests("Too many requests, please try again later.", retryAfterSeconds);
const isReading = (method: string): boolean => method === "GET" || method === "HEAD";

/** A body that still comes over a connection. Rejects with a 504 where that takes too long. */
function inTime(body: Promise<Uint8Array>, milliseconds: number): Promise<Uint8Array> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  const late = () => reject(timeout(`the body did not arrive within ${milliseconds / 1000} s`));
  const timer = setTimeout(late, milliseconds).unref();
  body.then(resolve, reject);
  return promise.finally(() => clearTimeout(timer));
}

/** Shares the server among those who ask, so that nobody's requests hold up all others', and the cluster's own least of all. */
export class Fairness {
  readonly #seats: Readonly<Record<keyof InFlightLimits, Seats>>;
  readonly #bodies = new Bodies(limits.readingBodyBytes);
  readonly #bodyMilliseconds: number;
  readonly #reject: (standing: Standing, because: Rejection) => void;

  constructor({ reading, writing, bodyMilliseconds }: FairnessLimits, registry: Registry) {
    this.#bodyMilliseconds = bodyMilliseconds;
    const seatsOf = (seats: number, waitingOfSystem: number) =>
      new Seats({
        seats,
        waitingOfUser: { system: waitingOfSystem, workload: limits.waitingRequests },
        waitingOfAll: limits.waitingRequestsOfAll,
        patienceMs: limits.waitingRequestMs,
      });
    this.#seats = {
      reading: seatsOf(reading, limits.waitingRequests),
      writing: seatsOf(writing, limits.waitingRequestsOfAll),
    };
    this.#reject = this.#registered(registry);
  }

  /** The way of one request to its seat; `leave` is to be called in any case. */
  begin(request: ServerRequest, identity: Identity): Seated {
    const seats = this.#seats[isReading(request.method) ? "reading" : "writing"];
    let leave: (() => void) | undefined;
    let hasLeft = false;
    const enter = async (): Promise<void> => {
      if (leave !== undefined) return;
      const seating = await seats.take(identity);
      if (seating.kind === "rejected") {
        this.#reject(standingOf(identity), seating.because);
        throw tooMany();
      }
      leave = seating.leave;
      if (hasLeft) leave();
    };
    const body = async (maximumBytes: number): Promise<Uint8Array> => {
      const bytes = await this.#read(request, identity, maximumBytes);
      await enter();
      return bytes;
    };
    return {
      request: { ...request, body },
      enter,
      leave: () => {
        hasLeft = true;
        leave?.();
      },
    };
  }

  /** Reads a body in its time. Throws a 413, a 429 or a 504. */
  async #read(request: ServerRequest, identity: Identity, maximumBytes: number): Promise<Uint8Array> {
    const length = Number(request.headers["content-length"] ?? Number.NaN);
    const read = this.#bodies.enter(identity, length <= maximumBytes ? length : maximumBytes);
    if (read === undefined) {
      this.#reject(standingOf(identity), "queue-full");
      throw tooMany();
    }
    try {
      const body = request.body(maximumBytes);
      return await (request.connection === undefined ? body : inTime(body, this.#bodyMilliseconds));
    } finally {
      read();
    }
  }

  /** Gives what counts a rejection. */
  #registered(registry: Registry): (standing: Standing, because: Rejection) => void {
    const rejected = registry.counter({
      name: "apiserver_flowcontrol_rejected_requests_total",
      help: "Requests that were answered with 429 since their user had too many: at once, or after they had waited.",
      labels: ["priority_level", "reason"],
    });
    const executing = registry.gauge({
      name: "apiserver_flowcontrol_current_executing_requests",
      help: "Requests that have a seat: those that are being worked on and don't go on for long.",
      labels: ["priority_level", "request_kind"],
    });
    const queued = registry.gauge({
      name: "apiserver_flowcontrol_current_inqueue_requests",
      help: "Requests that wait for a seat.",
      labels: ["priority_level", "request_kind"],
    });
    registry.beforeReading(() => {
      for (const standing of ["system", "workload"] as const)
        for (const name of ["reading", "writing"] as const) {
          const labels = { priority_level: standing, request_kind: name === "reading" ? "readOnly" : "mutating" };
          executing.at(labels).set(this.#seats[name].taken(standing));
          queued.at(labels).set(this.#seats[name].waiting(standing));
        }
    });
    return (standing, because) => rejected.at({ priority_level: standing, reason: because }).add();
  }
}
