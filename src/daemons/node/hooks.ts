import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import type { LifecycleHandler } from "#api/core/pod/probe.ts";
import type { Pod } from "#api/core/pod.ts";
import type { Execution } from "#os/process-runtime/exec.ts";
import { probeOnce, type Target } from "./probe.ts";

export interface HookTarget extends Pick<Target, "container" | "address"> {
  readonly exec: (argv: readonly string[]) => Promise<Execution>;
}

/**
 * Runs a postStart or preStop hook until `end` fires; why it failed, or nothing. Never rejects.
 * Source: core/v1 LifecycleHandler.
 */
export async function runHook(
  hook: LifecycleHandler,
  { container, address, exec }: HookTarget,
  end: AbortSignal,
): Promise<string | undefined> {
  if (hook.sleep !== undefined) {
    await pause(hook.sleep.seconds * 1000, end);
    return end.aborted ? cutShort : undefined;
  }
  const { exec: command, httpGet, tcpSocket } = hook;
  const probe = { ...(command && { exec: command }), ...(httpGet && { httpGet }), ...(tcpSocket && { tcpSocket }) };
  const once = { ...probe, timeoutSeconds: longestSeconds, periodSeconds: 1, successThreshold: 1, failureThreshold: 1 };
  const target = {
    container,
    address,
    exec: (argv: readonly string[], signal: AbortSignal) => runToEnd(exec, argv, signal),
  };
  const outcome = await probeOnce(once, target, end);
  if (outcome.passed) return undefined;
  return end.aborted ? cutShort : outcome.output;
}
const cutShort = "it was not done when the container's time was over";

/** A hook may take as long as the grace period; nobody gives more than a day. */
const longestSeconds = 86_400;

/** Runs a command in a container to its end; both outputs in one text. */
export async function runToEnd(
  exec: (argv: readonly string[]) => Promise<Execution>,
  argv: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly exitCode: number; readonly output: string }> {
  const running = await exec(argv);
  const stop = (): void => {
    running.kill().catch(() => undefined); // it has ended by itself meanwhile
  };
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  running.stdin.end();
  const [out, err, exitCode] = await Promise.all([text(running.stdout), text(running.stderr), running.exitCode]);
  signal.removeEventListener("abort", stop);
  return { exitCode, output: `${out}${err}` };
}

/** Resolves after so long, or when `end` fires. */
export async function pause(milliseconds: number, end: AbortSignal): Promise<void> {
  try {
    await sleep(milliseconds, undefined, { signal: end, ref: false });
  } catch (fault) {
    if (!end.aborted) throw fault;
  }
}

/** Where a hook or probe of the pod is sent. */
export const hookAddress = (pod: Pod, own: readonly string[], node: readonly string[]): string =>
  (pod.spec.hostNetwork === true ? node : own)[0] ?? "127.0.0.1";
