import type { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { openLog } from "#os/container-log.ts";
import type { Attachment } from "#os/process-runtime/attachment.ts";
import type { Container as RuntimeContainer } from "#os/process-runtime/runtime.ts";
import { internalError } from "./command.ts";
import { hasEnded, untilOver } from "./container-logs.ts";
import { runningContainer } from "./exec-request.ts";
import type { ContainerPath } from "./kubelet-paths.ts";
import type { PodAccess } from "./pod-access.ts";
import { type CommandExchange, connectCommand, wantedOf } from "./streams/command-connection.ts";
import type { CommandStreams } from "./streams/command-streams.ts";

/**
 * Connects a client to a container's own program, from now on until that ends or the client goes. Throws `Refused` while the
 * connection still is as it was. Source: the kubelet's getAttach, and the CRI streaming server's ServeAttach.
 */
export function serveAttach(pods: PodAccess, at: ContainerPath, exchange: CommandExchange): void {
  const run = runningContainer(pods, at);
  const isOver = (): boolean => {
    const pod = pods.pod(at.namespace, at.pod);
    return hasEnded(run, pod && pods.container(pod, at.container, false));
  };
  connectCommand(exchange, wantedOf(exchange.query), async (streams) => {
    try {
      await attach({ run, attachment: await pods.attach(run.id), isOver }, streams, exchange.failed);
      streams.finish({ metadata: {}, status: "Success" });
    } catch (fault) {
      streams.finish(internalError(`error attaching to container: ${fault instanceof Error ? fault.message : fault}`));
    }
  });
}

interface Attached {
  readonly run: RuntimeContainer;
  readonly attachment: Attachment;
  readonly isOver: () => boolean;
}

/** Resolves when the container has ended and all its output was handed on. */
async function attach(
  { run, attachment, isOver }: Attached,
  streams: CommandStreams,
  failed: (fault: unknown) => void,
): Promise<void> {
  const { stdin, stdout, stderr, sizes, gone } = streams;
  sizes.follow((size) => attachment.resize(size).catch(failed));
  const follow = untilOver(isOver, gone);
  const ended = follow.aborted || new Promise((resolve) => follow.addEventListener("abort", resolve));
  // A prompt that came before the client is shown to it.
  const tailLines = attachment.hasTerminal ? "unfinished" : 0;
  // Who goes away is not told.
  const show = async (stream: "stdout" | "stderr", to: Writable | undefined): Promise<{ readonly shown: unknown }> => ({
    shown: to && Promise.allSettled([pipeline(await openLog(run.logPath, { follow, stream, tailLines }), to)]),
  });
  // Before there is input, so that the answer to that is seen.
  const [out, err] = await Promise.all([show("stdout", stdout), show("stderr", stderr)]);
  const input = stdin && (await attachment.input());
  // The container may end, or close its input, before the client has said everything.
  if (stdin !== undefined && input !== undefined) void Promise.allSettled([pipeline(stdin, input)]);
  else stdin?.resume();
  await Promise.all([ended, out.shown, err.shown]);
  input?.destroy();
}
