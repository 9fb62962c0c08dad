import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";

const program = join(import.meta.dirname, "../../bin/portolan");

interface LoneProxy {
  readonly namespace: string;
  readonly kubeconfig: string;
  /** Makes the engine collect garbage early, so that what grows is no garbage. */
  readonly smallHeap?: boolean;
}

/** `portolan proxy` as node-1 in a namespace; its process is the program itself. */
export function startLoneProxy(
  { namespace, kubeconfig, smallHeap = false }: LoneProxy,
  ...flags: readonly string[]
): ChildProcess {
  const argv = [
    "proxy",
    "--kubeconfig",
    kubeconfig,
    "--cluster-cidr",
    "10.244.0.0/16",
    "--hostname-override",
    "node-1",
  ];
  return spawn("ip", ["netns", "exec", namespace, program, ...argv, ...flags], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...(smallHeap && { NODE_OPTIONS: "--max-old-space-size=64 --max-semi-space-size=1" }) },
  });
}

/** Resolves when the kernel has the rules of everything that was there at its start. */
export async function programmed(proxy: ChildProcess): Promise<void> {
  for await (const chunk of proxy.stdout ?? []) if (String(chunk).includes("rules of all Services")) return;
  assert.fail(await saidBy(proxy));
}

export const saidBy = ({ stderr }: ChildProcess): Promise<string> | string => (stderr === null ? "" : text(stderr));
