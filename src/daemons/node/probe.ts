import type { IncomingMessage } from "node:http";
import https from "node:https";
import net from "node:net";
import type { Container } from "#api/core/pod/container.ts";
import type { HTTPGetAction, Probe } from "#api/core/pod/probe.ts";
import type { IntOrString } from "#machinery/schema.ts";
import { showHost } from "#net/http1/authority.ts";
import { probeGrpc } from "./grpc-probe.ts";

// An import of node:http loads what fetch needs too: 20 ms and 15 MB that nothing here uses.
const { get: getByHttp } = process.getBuiltinModule("node:http");

/** One probe's outcome; `output` is what the Unhealthy event tells. */
export interface Outcome {
  readonly passed: boolean;
  readonly output: string;
}

/** Where the probed container is, and how a command runs in it. */
export interface Target {
  readonly container: Container;
  readonly address: string;
  readonly exec: (
    command: readonly string[],
    signal: AbortSignal,
  ) => Promise<{ readonly exitCode: number; readonly output: string }>;
}

/**
 * Probes once, until its timeout or until `end` fires; never rejects, since whatever goes wrong is the probe's answer.
 * Source: the kubelet's prober.
 */
export async function probeOnce(probe: Probe, target: Target, end: AbortSignal): Promise<Outcome> {
  const signal = AbortSignal.any([AbortSignal.timeout(probe.timeoutSeconds * 1000), end]);
  const { exec, httpGet, tcpSocket, grpc } = probe;
  if (exec !== undefined) return probeExec(exec.command ?? [], target, { signal, seconds: probe.timeoutSeconds });
  if (httpGet !== undefined) return probeHttp(httpGet, target, signal);
  if (tcpSocket !== undefined) {
    const port = portOf(target.container, tcpSocket.port);
    return probeTcp(tcpSocket.host ?? target.address, port, signal);
  }
  if (grpc !== undefined) {
    const { port, service = "" } = grpc;
    const output = await probeGrpc({ host: target.address, port, service, seconds: probe.timeoutSeconds }, signal);
    return { passed: output === "", output };
  }
  return { passed: false, output: "this node knows the probes exec, httpGet, tcpSocket and grpc" };
}

const portOf = ({ ports = [] }: Container, port: IntOrString): number =>
  typeof port === "number" ? port : (ports.find(({ name }) => name === port)?.containerPort ?? Number(port));

interface Bound {
  readonly signal: AbortSignal;
  readonly seconds: number;
}

async function probeExec(command: readonly string[], target: Target, { signal, seconds }: Bound): Promise<Outcome> {
  const timedOut = {
    passed: false,
    output: `command timed out: ${JSON.stringify(command.join(" "))} timed out after ${seconds}s`,
  };
  try {
    const { exitCode, output } = await target.exec(command, signal);
    return signal.aborted ? timedOut : { passed: exitCode === 0, output };
  } catch (fault) {
    // The container may end while it is probed; that is an answer like any other.
    return signal.aborted ? timedOut : { passed: false, output: messageOf(fault) };
  }
}

const messageOf = (fault: unknown): string => (fault instanceof Error ? fault.message : String(fault));

function probeTcp(host: string, port: number, signal: AbortSignal): Promise<Outcome> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port });
    const late = (): void => {
      socket.destroy();
      resolve({ passed: false, output: `dial tcp ${host}:${port}: i/o timeout` });
    };
    signal.addEventListener("abort", late, { once: true });
    socket.once("connect", () => {
      socket.destroy();
      resolve({ passed: true, output: "" });
    });
    socket.once("error", (fault) =>
      resolve({ passed: false, output: `dial tcp ${host}:${port}: connect: ${fault.message}` }),
    );
    socket.once("close", () => signal.removeEventListener("abort", late));
  });
}

/** 200 to 399 is healthy. A redirect is an answer, not a way to go. */
function probeHttp(action: HTTPGetAction, target: Target, signal: AbortSignal): Promise<Outcome> {
  const port = portOf(target.container, action.port);
  const host = action.host ?? target.address;
  const headers: Record<string, string> = { "user-agent": "kube-probe/1.36", accept: "*/*", connection: "close" };
  for (const { name, value } of action.httpHeaders ?? []) headers[name.toLowerCase()] = value;
  const options = { host, port, path: action.path, headers, signal, agent: false as const };
  const url = `${action.scheme.toLowerCase()}://${showHost(host)}:${port}${action.path}`;
  return new Promise((resolve) => {
    const answered = (answer: IncomingMessage): void => {
      answer.resume();
      const code = answer.statusCode ?? 0;
      const passed = code >= 200 && code < 400;
      resolve({ passed, output: passed ? "" : `HTTP probe failed with statuscode: ${code}` });
      answer.on("error", () => answer.destroy()); // the head said all that matters
    };
    const request =
      action.scheme === "HTTPS"
        ? https.get({ ...options, rejectUnauthorized: false }, answered)
        : getByHttp(options, answered);
    request.on("error", (fault) => {
      const why = signal.aborted
        ? "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
        : fault.message;
      resolve({ passed: false, output: `Get "${url}": ${why}` });
    });
  });
}
