import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type OutgoingHttpHeaders,
} from "node:http2";
import type { Socket } from "node:net";
import type { BackendTimeouts } from "#core/routes/route-table.ts";
import type { Field } from "#net/http1/fields.ts";
import type { Framing } from "#net/http1/framing.ts";
import type { Deadlines, Timed } from "./deadlines.ts";
import { headerObject, trailersFrom } from "./http2-fields.ts";
import { reasonOf } from "./own-answers.ts";
import type { AnswerEvents, BackendFailure, BackendRequest, BackendSide } from "./sides.ts";

interface SessionTerms {
  readonly deadlines: Deadlines;
  readonly timeouts: BackendTimeouts;
  readonly isSecure: boolean;
  readonly closed: () => void;
}

/** So many requests at once on one connection, whatever more the endpoint would take. */
const mostStreams = 100;

/** A connection to an endpoint that speaks HTTP/2. */
export class Http2Session {
  readonly #session: ClientHttp2Session;
  readonly #terms: SessionTerms;
  #streams = 0;
  #isRetired = false;

  constructor(socket: Socket, terms: SessionTerms) {
    this.#terms = terms;
    this.#session = connect(terms.isSecure ? "https://endpoint" : "http://endpoint", {
      createConnection: () => socket,
      settings: { enablePush: false, maxHeaderListSize: 64 * 1024 },
    });
    const closed = (): void => {
      this.#isRetired = true;
      terms.closed();
    };
    this.#session.on("error", closed);
    this.#session.on("goaway", closed);
    this.#session.on("close", closed);
  }

  get hasRoom(): boolean {
    const most = this.#session.remoteSettings.maxConcurrentStreams ?? mostStreams;
    return (
      !this.#isRetired &&
      !this.#session.closed &&
      !this.#session.destroyed &&
      this.#streams < Math.min(most, mostStreams)
    );
  }

  /** A stream for one request. */
  begin(events: AnswerEvents): BackendSide {
    this.#streams += 1;
    const { deadlines, timeouts, isSecure } = this.#terms;
    const ended = (): void => {
      this.#streams -= 1;
      if (this.#isRetired && this.#streams === 0) this.#session.close();
    };
    return new Http2Backend(this.#session, { deadlines, timeouts, isSecure, events, ended });
  }

  /** What is being answered is brought to its end. */
  retire(): void {
    this.#isRetired = true;
    this.#session.close();
  }
}

interface StreamTerms {
  readonly deadlines: Deadlines;
  readonly timeouts: BackendTimeouts;
  readonly isSecure: boolean;
  readonly events: AnswerEvents;
  readonly ended: () => void;
}

/** One request on such a connection. */
class Http2Backend implements BackendSide, Timed {
  deadline = Number.POSITIVE_INFINITY;
  readonly #session: ClientHttp2Session;
  readonly #terms: StreamTerms;
  #stream: ClientHttp2Stream | undefined;
  #events: AnswerEvents | undefined;
  #requestTrailers: readonly Field[] = [];
  #answerTrailers: readonly Field[] = [];
  #isAnswered = false;
  #isOver = false;

  constructor(session: ClientHttp2Session, terms: StreamTerms) {
    this.#session = session;
    this.#terms = terms;
    this.#events = terms.events;
    terms.deadlines.add(this);
  }

  overdue(): void {
    this.#fail({ kind: "silent", because: "nothing came in time" });
  }

  send({ method, target, host, fields, body, expectsContinue }: BackendRequest): void {
    const { deadlines, timeouts, isSecure } = this.#terms;
    const headers = {
      ":method": method,
      ":path": target,
      ":scheme": isSecure ? "https" : "http",
      ":authority": host,
      ...headerObject(fields),
      ...(fields.some(({ value }) => value.startsWith("application/grpc")) ? { te: "trailers" } : {}),
      ...(body.kind === "length" ? { "content-length": `${body.bytes}` } : {}),
    };
    const endStream = body.kind === "none";
    const stream = this.#requested(headers, endStream);
    if (stream === undefined) return;
    this.#stream = stream;
    this.deadline = deadlines.inSeconds(timeouts.read);
    if (!endStream) stream.once("wantTrailers", () => stream.sendTrailers(headerObject(this.#requestTrailers)));
    // The client's body may come: whether this endpoint wants it shows in its answer.
    if (expectsContinue) this.#events?.interim(100, []);
    stream.on("response", (answer, flags, raw) =>
      this.#answered(
        answer[":status"] ?? 0,
        raw,
        method === "HEAD" || (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0,
      ),
    );
    stream.on("trailers", (_, __, raw) => {
      this.#answerTrailers = trailersFrom(raw);
    });
    stream.on("data", (piece: Buffer) => {
      this.deadline = deadlines.inSeconds(timeouts.read);
      this.#events?.answerPiece(piece);
      this.#events?.answerFlush();
    });
    stream.on("drain", () => this.#events?.backendDrained());
    stream.on("end", () => this.#ended());
    stream.on("error", (error) => this.#fail({ kind: "closed", because: error.message }));
    stream.on("close", () => this.#fail({ kind: "closed", because: "the stream was closed" }));
  }

  /** undefined: HTTP/2 can't say it, or the connection has just ended. */
  #requested(headers: OutgoingHttpHeaders, endStream: boolean): ClientHttp2Stream | undefined {
    try {
      return this.#session.request(headers, { endStream, waitForTrailers: !endStream });
    } catch (error) {
      // Whoever has asked is still busy with asking.
      setImmediate(() => this.#fail({ kind: "closed", because: `${error}` }));
      return undefined;
    }
  }

  write(piece: Uint8Array): boolean {
    this.deadline = this.#terms.deadlines.inSeconds(this.#terms.timeouts.send);
    return this.#stream?.write(piece) ?? true;
  }

  flush(): void {
    // Each piece has been sent as it came.
  }

  end(trailers: readonly Field[]): void {
    this.#requestTrailers = trailers;
    this.#stream?.end();
    this.deadline = this.#terms.deadlines.inSeconds(this.#terms.timeouts.read);
  }

  pause(): void {
    this.#stream?.pause();
    this.deadline = Number.POSITIVE_INFINITY;
  }

  resume(): void {
    this.#stream?.resume();
    this.deadline = this.#terms.deadlines.inSeconds(this.#terms.timeouts.read);
  }

  abandon(): void {
    this.#events = undefined;
    this.#stream?.close(constants.NGHTTP2_CANCEL);
    this.#over();
  }

  upgrade(): undefined {
    return undefined;
  }

  #answered(status: number, raw: readonly string[], hasNoBody: boolean): void {
    this.#isAnswered = true;
    const fields = trailersFrom(raw);
    const length = fields.find(({ name }) => name === "content-length")?.value;
    const body: Framing = hasNoBody
      ? { kind: "none" }
      : length === undefined
        ? { kind: "chunked" }
        : { kind: "length", bytes: Number(length) };
    const told = body.kind === "length" ? fields.filter(({ name }) => name !== "content-length") : fields;
    this.#events?.answered({ status, reason: reasonOf(status), fields: told, body }, undefined);
  }

  #ended(): void {
    if (!this.#isAnswered) return;
    // A reset ends what can be read as well, and what has come is not all of it.
    const { rstCode = constants.NGHTTP2_NO_ERROR } = this.#stream ?? {};
    if (rstCode !== constants.NGHTTP2_NO_ERROR) {
      this.#fail({ kind: "closed", because: "the stream was reset" });
      return;
    }
    const events = this.#events;
    this.#events = undefined;
    this.#over();
    events?.answerEnd(this.#answerTrailers);
  }

  #fail(failure: BackendFailure): void {
    const events = this.#events;
    this.#events = undefined;
    this.#stream?.close(constants.NGHTTP2_CANCEL);
    this.#over();
    events?.backendFailed(failure);
  }

  #over(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#terms.deadlines.remove(this);
    this.#terms.ended();
  }
}
