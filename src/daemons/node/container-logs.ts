import type { ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import type { ContainerStatus } from "#api/core/pod/status.ts";
import type { Pod } from "#api/core/pod.ts";
import { type LogOptions, readLog } from "#os/container-log.ts";
import type { Container as RuntimeContainer } from "#os/process-runtime/runtime.ts";
import type { ContainerPath } from "./kubelet-paths.ts";
import type { PodAccess } from "./pod-access.ts";
import { Refused } from "./refused.ts";

/** What a request wants of a log. */
interface LogRequest extends LogOptions {
  readonly previous: boolean;
  readonly follows: boolean;
}

/**
 * Streams a container's log until its end; with `follow` until the container has ended and everything is out, or the client has
 * gone. Throws `Refused` before anything was answered. Source: the kubelet's getContainerLogs.
 */
export async function serveLogs(
  pods: PodAccess,
  at: ContainerPath,
  { query, response, now }: LogExchange,
): Promise<void> {
  const { previous, follows, ...options } = logRequest(query, now);
  const pod = pods.pod(at.namespace, at.pod);
  if (pod === undefined) throw new Refused(404, `pod "${at.pod}" does not exist`);
  if (!hasContainer(pod, at.container))
    throw new Refused(404, `container "${at.container}" not found in pod "${at.pod}"`);
  const container = pods.container(pod, at.container, previous);
  if (container === undefined) throw new Refused(400, noLog(pod, at.container, previous));
  const isOver = (): boolean => hasEnded(container, pods.container(pod, at.container, previous));
  response.writeHead(200, { "content-type": "text/plain" });
  response.flushHeaders();
  const log = readLog(container.logPath, {
    ...options,
    ...(follows && { follow: untilOver(isOver, goneOf(response)) }),
  });
  try {
    await pipeline(log, response);
  } catch (fault) {
    // Who reads a log may go at any time.
    if (!response.destroyed) throw fault;
  }
}

/** Whether a run is over, by what is known now of its container. */
export const hasEnded = (run: RuntimeContainer, now: RuntimeContainer | undefined): boolean =>
  now?.id !== run.id || now.state.kind === "ended";

interface LogExchange {
  readonly query: URLSearchParams;
  readonly response: ServerResponse;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** How often a follower looks whether its container still runs, in milliseconds; the look costs no more than a map's. */
const lookMs = 250;

function goneOf(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  return gone.signal;
}

/** Aborts once a container's run is over, or whoever follows it is `gone`. */
export function untilOver(isOver: () => boolean, gone: AbortSignal): AbortSignal {
  const over = new AbortController();
  const look = (): void => {
    if (isOver()) over.abort();
  };
  const looks = setInterval(look, lookMs);
  over.signal.addEventListener("abort", () => clearInterval(looks));
  gone.addEventListener("abort", () => over.abort());
  if (gone.aborted) over.abort();
  look();
  return over.signal;
}

const hasContainer = ({ spec }: Pod, name: string): boolean =>
  [...(spec.initContainers ?? []), ...spec.containers].some((container) => container.name === name);

/** Source: core/v1 PodLogOptions, and its validation. Throws `Refused`. */
function logRequest(query: URLSearchParams, now: number): LogRequest {
  const tailLines = wholeNumber(query, "tailLines", 0);
  const limitBytes = wholeNumber(query, "limitBytes", 1);
  const since = sinceOf(query, now);
  const stream = streamOf(query.get("stream") ?? "All");
  return {
    previous: flag(query, "previous"),
    follows: flag(query, "follow"),
    timestamps: flag(query, "timestamps"),
    ...(tailLines !== undefined && { tailLines }),
    ...(limitBytes !== undefined && { limitBytes }),
    ...(since !== undefined && { since }),
    ...(stream !== undefined && { stream }),
  };
}

const flag = (query: URLSearchParams, name: string): boolean => ["true", "1", ""].includes(query.get(name) ?? "false");

function wholeNumber(query: URLSearchParams, name: string, least: number): number | undefined {
  const text = query.get(name);
  if (text === null || text === "") return undefined;
  if (!/^\d{1,15}$/.test(text) || Number(text) < least) throw new Refused(422, `${name}: must be at least ${least}`);
  return Number(text);
}

function sinceOf(query: URLSearchParams, now: number): Date | undefined {
  const seconds = wholeNumber(query, "sinceSeconds", 1);
  const time = query.get("sinceTime") ?? "";
  if (seconds !== undefined && time !== "") throw new Refused(422, "sinceTime and sinceSeconds exclude each other");
  if (seconds !== undefined) return new Date(now - seconds * 1000);
  if (time === "") return undefined;
  if (Number.isNaN(Date.parse(time))) throw new Refused(422, `sinceTime: ${JSON.stringify(time)} is no RFC 3339 time`);
  return new Date(time);
}

function streamOf(name: string): "stdout" | "stderr" | undefined {
  switch (name) {
    case "All":
      return undefined;
    case "Stdout":
      return "stdout";
    case "Stderr":
      return "stderr";
    default:
      throw new Refused(422, `stream: ${JSON.stringify(name)} is none of All, Stdout, Stderr`);
  }
}

/** Why there is nothing to read yet. Source: the kubelet's validateContainerLogStatus. */
function noLog({ metadata, status }: Pod, name: string, previous: boolean): string {
  const container = `container "${name}" in pod "${metadata.name}"`;
  if (previous) return `previous terminated ${container} not found`;
  const statuses = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  const own: ContainerStatus | undefined = statuses.find((one) => one.name === name);
  if (own === undefined) return `${container} is not available`;
  const reason = own.state.waiting?.reason;
  switch (reason) {
    case undefined:
      return `${container} is waiting to start - no logs yet`;
    case "ErrImagePull":
      return `${container} is waiting to start: image can't be pulled`;
    case "ImagePullBackOff":
      return `${container} is waiting to start: trying and failing to pull image`;
    default:
      return `${container} is waiting to start: ${reason}`;
  }
}
