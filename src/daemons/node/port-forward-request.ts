import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { PodPath } from "./kubelet-paths.ts";
import type { PodAccess } from "./pod-access.ts";
import { PortForwardSession } from "./port-forward-session.ts";
import { Refused } from "./refused.ts";
import type { StreamTiming } from "./streams/command-streams.ts";

interface PortForwardExchange {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  /** What the client sent after its request's head. */
  readonly head: Buffer;
  readonly timing: StreamTiming;
}

const protocol = "portforward.k8s.io";

/**
 * Forwards ports of a pod for a client that upgrades its connection to SPDY/3.1. Throws `Refused` while the connection still is as it
 * was. Source: the kubelet's getPortForward, and the CRI streaming server's ServePortForward; its WebSocket protocol of the time before
 * KEP-4006 is not spoken.
 */
export function servePortForward(pods: PodAccess, at: PodPath, exchange: PortForwardExchange): void {
  const { request, socket, head, timing } = exchange;
  if (request.method !== "POST" && request.method !== "GET") throw new Refused(405, "Method Not Allowed");
  const { upgrade } = request.headers;
  if (upgrade?.toLowerCase() !== "spdy/3.1")
    throw new Refused(400, `unable to upgrade: this node forwards ports over SPDY/3.1, not ${upgrade}`);
  mustOffer(String(request.headers["x-stream-protocol-version"] ?? ""));
  const pod = pods.pod(at.namespace, at.pod);
  if (pod === undefined) throw new Refused(404, "pod does not exist");
  const sandbox = pods.sandbox(pod);
  if (sandbox === undefined) throw new Refused(404, `pod not found (${JSON.stringify(`${at.pod}_${at.namespace}`)})`);
  socket.write(
    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n" +
      `X-Stream-Protocol-Version: ${protocol}\r\n\r\n`,
  );
  if (head.length > 0) socket.unshift(head);
  new PortForwardSession(socket, { pods, pod, sandbox, timing });
}

/** Source: Handshake in k8s.io/apimachinery/pkg/util/httpstream. */
function mustOffer(offered: string): void {
  if (offered === "") throw new Refused(400, "unable to upgrade: X-Stream-Protocol-Version is required");
  const names = offered.split(",").map((name) => name.trim());
  if (names.includes(protocol)) return;
  throw new Refused(
    403,
    `unable to upgrade: unable to negotiate protocol: client supports [${names.join(" ")}], server accepts [${protocol}]`,
    { "x-accepted-stream-protocol-versions": protocol },
  );
}
