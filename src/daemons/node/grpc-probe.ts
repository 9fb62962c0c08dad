import http2 from "node:http2";
import { showHost } from "#net/http1/authority.ts";

export interface GrpcTarget {
  readonly host: string;
  readonly port: number;
  /** Which of the server's services is asked for; empty: the server as a whole. */
  readonly service: string;
  readonly seconds: number;
}

/** What is wrong with a gRPC server; empty where it serves. Source: the gRPC health checking protocol, v1; the kubelet's words. */
export function probeGrpc({ host, port, service, seconds }: GrpcTarget, signal: AbortSignal): Promise<string> {
  const at = `${showHost(host)}:${port}`;
  return new Promise((resolve) => {
    const session = http2.connect(`http://${at}`);
    let isConnected = false;
    session.on("connect", () => {
      isConnected = true;
    });
    const answer = (output: string): void => {
      resolve(output);
      session.destroy();
    };
    session.on("error", (fault) => answer(`error: failed to connect service at "${at}": ${fault.message}`));
    const late = (): void =>
      answer(
        isConnected
          ? `timeout: health rpc did not complete within ${seconds}s`
          : `timeout: failed to connect service "${at}" within ${seconds}s`,
      );
    signal.addEventListener("abort", late, { once: true });
    session.on("close", () => signal.removeEventListener("abort", late));
    const call = session.request({
      ":method": "POST",
      ":path": check,
      "content-type": "application/grpc",
      te: "trailers",
    });
    const pieces: Buffer[] = [];
    const heads: http2.IncomingHttpHeaders[] = [];
    call.on("response", (head) => heads.push(head));
    call.on("trailers", (head) => heads.push(head));
    call.on("data", (piece: Buffer) => pieces.push(piece));
    call.on("error", (fault) => {
      if (isConnected) answer(`error: health rpc probe failed: ${fault.message}`);
    });
    call.on("end", () => answer(failureOf(heads, Buffer.concat(pieces))));
    call.end(requestFor(service));
  });
}

const check = "/grpc.health.v1.Health/Check";
const unimplemented = "12";
const states = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"];

/** A message behind its length: `HealthCheckRequest { string service = 1 }`. */
function requestFor(service: string): Buffer {
  const name = Buffer.from(service);
  const message = name.length === 0 ? name : Buffer.concat([Buffer.from([0x0a, name.length]), name]);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** Empty where it serves. `HealthCheckResponse { ServingStatus status = 1 }`. */
function failureOf(heads: readonly http2.IncomingHttpHeaders[], body: Buffer): string {
  const code = heads.findLast((head) => head["grpc-status"] !== undefined)?.["grpc-status"];
  if (code === unimplemented)
    return "error: this server does not implement the grpc health protocol (grpc.health.v1.Health)";
  if (code !== "0") return `error: health rpc probe failed: status code ${code ?? "unknown"}`;
  const state = states[body[5] === 0x08 ? (body[6] ?? 0) : 0] ?? "UNKNOWN";
  return state === "SERVING" ? "" : `service unhealthy (responded with "${state}")`;
}
