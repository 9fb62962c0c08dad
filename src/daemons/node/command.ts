import type { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Execution } from "#os/process-runtime/exec.ts";
import type { CommandStreams, Ending } from "./streams/command-streams.ts";

export interface RunningCommand {
  readonly argv: readonly string[];
  readonly start: () => Promise<Execution>;
  /** Told where the command of a client that has gone could not be killed. */
  readonly failed: (fault: unknown) => void;
}

/**
 * Starts a command, connects it to its client, and tells the client how it ended once all its output is out. A client that goes
 * away takes its command with it.
 */
export async function runCommand(command: RunningCommand, streams: CommandStreams): Promise<void> {
  const { argv, start, failed } = command;
  try {
    const execution = await start();
    const kill = (): void => void execution.kill().catch(failed);
    streams.gone.addEventListener("abort", kill, { once: true });
    if (streams.gone.aborted) kill();
    streams.sizes.follow(async (size) => execution.resize(size));
    const outputs = connect(execution, streams);
    const exitCode = await execution.exitCode;
    streams.gone.removeEventListener("abort", kill);
    await outputs;
    streams.finish(endingOf(argv, exitCode));
  } catch (fault) {
    // Whatever kept it from running is the client's answer, in the words of the CRI streaming server.
    const why = `error executing command in container: ${fault instanceof Error ? fault.message : fault}`;
    streams.finish(internalError(why));
  }
}

/** Resolves when all output has been handed to the client, or nobody wants it any more. */
async function connect({ stdin, stdout, stderr }: Execution, streams: CommandStreams): Promise<void> {
  // Not its end, which would be typed at a terminal: nobody will say anything.
  if (streams.stdin === undefined) stdin.destroy();
  // The command may end before its input does.
  else pipeline(streams.stdin, stdin).catch(() => {});
  await Promise.allSettled([carry(stdout, streams.stdout), carry(stderr, streams.stderr)]);
}

async function carry(from: Readable, to: Writable | undefined): Promise<void> {
  if (to === undefined) from.resume();
  else await pipeline(from, to);
}

/** Source: ServeExec in k8s.io/kubelet/pkg/cri/streaming/remotecommand; containerd's words for the exit code. */
function endingOf(argv: readonly string[], exitCode: number): Ending {
  if (exitCode === 0) return { metadata: {}, status: "Success" };
  const why = `error executing command [${argv.join(" ")}], exit code ${exitCode}`;
  return {
    metadata: {},
    status: "Failure",
    message: `command terminated with non-zero exit code: ${why}`,
    reason: "NonZeroExitCode",
    details: { causes: [{ reason: "ExitCode", message: String(exitCode) }] },
  };
}

/** Source: NewInternalError of apimachinery. */
export const internalError = (message: string): Ending => ({
  metadata: {},
  status: "Failure",
  message: `Internal error occurred: ${message}`,
  reason: "InternalError",
  details: { causes: [{ message }] },
  code: 500,
});
