import type { Duplex } from "node:stream";
import type { Pod } from "#api/core/pod.ts";
import type { PodAccess } from "./pod-access.ts";
import { forward } from "./port-forward.ts";
import type { StreamTiming } from "./streams/command-streams.ts";
import { SpdySession, type SpdyStream } from "./streams/spdy-session.ts";

export interface Forwarded {
  readonly pods: PodAccess;
  readonly pod: Pod;
  /** The one that the pod had when the session began; another has nothing to do with it. */
  readonly sandbox: string;
  readonly timing: StreamTiming;
}

/** Of one session at a time; a connection has two. Each holds up to 64 KiB each way. */
const mostStreams = 2000;
/** Nothing is forwarded for so long: whoever is at the other end has gone. The kubelet's usual streamingConnectionIdleTimeout. */
const idleSeconds = 4 * 60 * 60;
/** How often a session looks whether its pod is still there. */
const lookSeconds = 1;

/** One stream of a pair, waiting for the other. */
interface Waiting {
  readonly kind: Kind;
  readonly stream: SpdyStream;
  readonly late: NodeJS.Timeout;
}
type Kind = "data" | "error";

/** One client's connections to the ports of one pod. Source: httpStreamHandler of k8s.io/kubelet/pkg/cri/streaming/portforward. */
export class PortForwardSession {
  readonly #of: Forwarded;
  readonly #session: SpdySession;
  /** By the id of the client's request. */
  readonly #waiting = new Map<string, Waiting>();
  #open = 0;
  #carried = 0;
  #idleLooks = 0;

  constructor(socket: Duplex, of: Forwarded) {
    this.#of = of;
    this.#session = new SpdySession(socket, (stream) => this.#take(stream));
    const pings = setInterval(() => this.#session.ping(), of.timing.pingSeconds * 1000);
    const looks = setInterval(() => this.#look(), lookSeconds * 1000);
    socket.once("close", () => {
      for (const timer of [pings, looks, ...[...this.#waiting.values()].map(({ late }) => late)]) clearTimeout(timer);
    });
  }

  #look(): void {
    const { pods, pod, sandbox } = this.#of;
    const { carried } = this.#session;
    this.#idleLooks = carried === this.#carried ? this.#idleLooks + 1 : 0;
    this.#carried = carried;
    const isOver = pods.sandbox(pod) !== sandbox || this.#idleLooks * lookSeconds > idleSeconds;
    if (isOver) this.#session.close();
  }

  #take(stream: SpdyStream): void {
    const { headers } = stream;
    const port = portOf(headers.get("port") ?? "");
    const kind = headers.get("streamtype");
    this.#open += 1;
    stream.once("close", () => (this.#open -= 1));
    if (this.#open > mostStreams) stream.reset("refused");
    else if (port === undefined || (kind !== "data" && kind !== "error")) stream.reset("protocolError");
    else this.#pair(stream, kind, port);
  }

  #pair(stream: SpdyStream, kind: Kind, port: number): void {
    // Clients older than Kubernetes 1.1 name no request: the data stream is the one after its error stream.
    const request = stream.headers.get("requestid") ?? String(kind === "error" ? stream.id : stream.id - 2);
    if (kind === "error") stream.resume(); // the client says nothing there, and ends it
    const other = this.#waiting.get(request);
    if (other === undefined) {
      this.#await(request, kind, stream);
      return;
    }
    if (other.kind === kind) {
      if (kind === "error")
        other.stream.write(`error processing stream for request ${request}: error stream already assigned`);
      stream.reset("protocolError");
      return;
    }
    this.#forget(request, other);
    const pair = kind === "data" ? { data: stream, error: other.stream } : { data: other.stream, error: stream };
    void forward(this.#of.pods, this.#of.sandbox, { port, ...pair });
  }

  #await(request: string, kind: Kind, stream: SpdyStream): void {
    const { openingSeconds } = this.#of.timing;
    const late = setTimeout(() => {
      this.#forget(request, waiting);
      if (kind === "error") stream.end(`(request=${request}) timed out waiting for streams`);
      else stream.reset("cancel");
    }, openingSeconds * 1000);
    const waiting: Waiting = { kind, stream, late };
    this.#waiting.set(request, waiting);
    stream.once("close", () => this.#forget(request, waiting));
  }

  #forget(request: string, waiting: Waiting): void {
    clearTimeout(waiting.late);
    if (this.#waiting.get(request) === waiting) this.#waiting.delete(request);
  }
}

/** Source: httpStreamReceived, which reads it with ParseUint(text, 10, 16). */
function portOf(text: string): number | undefined {
  const port = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
}
