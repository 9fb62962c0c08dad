import { join } from "node:path";
import { listenTo, type Machine } from "../../harness/machine.ts";
import type { Calls } from "./caller.ts";

const caller = join(import.meta.dirname, "caller.ts");
const flags = ["--disable-warning=ExperimentalWarning"] as const;

export type How = "http" | "udp";

/** Calls from the node itself, `times` over. */
export async function callFromNode(
  { run }: Machine,
  how: How,
  [address, port, times]: readonly [string, number, number],
): Promise<Calls> {
  const { stdout, stderr } = await run(process.execPath, ...flags, caller, how, address, `${port}`, `${times}`);
  if (stdout === "") throw new Error(`the caller said nothing: ${stderr}`);
  return JSON.parse(stdout);
}

/** Where pods made by `callingPod` have the caller. */
const inPod = "/caller";

/** A pod of the built-in image that can call others. */
export const callingPod = (name: string): string => `
apiVersion: v1
kind: Pod
metadata: { name: ${name}, labels: { app: ${name} } }
spec:
  containers:
    - name: main
      image: portolan/echo
      ports: [{ containerPort: 8080 }]
      volumeMounts: [{ name: caller, mountPath: ${inPod}, readOnly: true }]
  volumes: [{ name: caller, hostPath: { path: ${import.meta.dirname} } }]
`;

/** Node's own program in a pod of the built-in image. */
export const nodeInPod = "/usr/local/lib/portolan/node";

export interface FromPod {
  readonly pod: string;
  readonly how: How;
  readonly path?: string;
}

/** Calls from a pod made by `callingPod`. */
export async function callFromPod(
  { kubectl }: Machine,
  { pod, how, path = "/hostname" }: FromPod,
  [address, port, times]: readonly [string, number, number],
): Promise<Calls> {
  const argv = [nodeInPod, ...flags, `${inPod}/caller.ts`, how, address, `${port}`, `${times}`, path];
  return JSON.parse(await kubectl("exec", pod, "--", ...argv));
}

/** New connections at a steady rate, a request on each. */
export interface Traffic extends AsyncDisposable {
  /** Ends it, and gives what became of all calls. */
  readonly end: () => Promise<Calls>;
}

/** From the machine itself, or from the network namespace `from`. */
export function startTraffic(
  { start }: Machine,
  [address, port, perSecond]: readonly [string, number, number],
  from?: string,
): Traffic {
  const inside = from === undefined ? [] : ["ip", "netns", "exec", from];
  const child = start(...inside, process.execPath, ...flags, caller, "steady", address, `${port}`, `${perSecond}`);
  const { ended } = listenTo(child);
  return {
    async end() {
      child.kill("SIGTERM");
      const { stdout, stderr } = await ended;
      if (stdout === "") throw new Error(`the caller said nothing: ${stderr}`);
      return JSON.parse(stdout);
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
