import { connect } from "node:net";
import type { Duplex } from "node:stream";
import type { PortPath } from "./kubelet-paths.ts";
import type { PodAccess } from "./pod-access.ts";
import { Refused } from "./refused.ts";

interface DialExchange {
  readonly query: URLSearchParams;
  readonly socket: Duplex;
  /** What the client sent after its request's head. */
  readonly head: Buffer;
  readonly refuse: (refusal: Refused) => void;
}

const connectMs = 30_000;

/**
 * A connection to a port of a pod, at an address that it has, for an API server that is not on the pods' network: as if that had dialled.
 * Where the pod refuses, the code that the kernel gave is the answer. Throws `Refused` while the connection still is as it was.
 */
export function serveDial(pods: PodAccess, { namespace, pod: name, port }: PortPath, exchange: DialExchange): void {
  const { query, socket, head, refuse } = exchange;
  const host = query.get("address") ?? "";
  const { status } = pods.pod(namespace, name) ?? {};
  if (status === undefined) throw new Refused(404, "pod does not exist");
  const has = [status.podIP, ...(status.podIPs ?? []).map(({ ip }) => ip)];
  if (host === "" || !has.includes(host)) throw new Refused(409, `the pod is not at ${host}`);
  const pod = connect({ host, port, noDelay: true });
  const refused = (fault: Error): void =>
    refuse(new Refused(502, "code" in fault ? String(fault.code) : fault.message));
  const late = setTimeout(() => pod.destroy(Object.assign(new Error("late"), { code: "ETIMEDOUT" })), connectMs);
  pod.once("error", refused);
  pod.once("close", () => clearTimeout(late));
  socket.once("close", () => pod.destroy());
  pod.once("connect", () => {
    clearTimeout(late);
    pod.off("error", refused).on("error", () => socket.destroy()); // a break must not look like an end
    socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: portolan-tcp\r\n\r\n");
    if (head.length > 0) pod.write(head);
    socket.pipe(pod).pipe(socket);
  });
}
