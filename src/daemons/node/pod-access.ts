import type { Socket } from "node:net";
import type { Pod } from "#api/core/pod.ts";
import type { Destination } from "#os/inner-socket.ts";
import type { Attachment } from "#os/process-runtime/attachment.ts";
import type { Execution } from "#os/process-runtime/exec.ts";
import type { Container } from "#os/process-runtime/runtime.ts";

/** What the kubelet's API shows of the node's pods. */
export interface PodAccess {
  readonly all: () => readonly Pod[];
  readonly pod: (namespace: string, name: string) => Pod | undefined;
  /** The latest run of a container as it is now, or the one before it; undefined where there was none, or it is forgotten. */
  readonly container: (pod: Pod, name: string, previous: boolean) => Container | undefined;
  /** Runs a command in a container that runs. Rejects with `CannotRun`. */
  readonly exec: (containerId: string, argv: readonly string[]) => Promise<Execution>;
  /** The same at a terminal of the command's own. */
  readonly execAtTerminal: (containerId: string, argv: readonly string[]) => Promise<Execution>;
  /** The input and terminal of a container that runs. Rejects with `CannotRun`. */
  readonly attach: (containerId: string) => Promise<Attachment>;
  /** The id of a pod's sandbox; undefined where it has none, or not any more. */
  readonly sandbox: (pod: Pod) => string | undefined;
  /** Connects from inside a sandbox's network. Rejects with Node's own fault, and with `NamespaceShut`. */
  readonly connect: (sandboxId: string, to: Destination) => Promise<Socket>;
}
