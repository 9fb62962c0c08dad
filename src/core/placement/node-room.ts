import type { Node } from "#api/core/node.ts";
import type { HostPort } from "../host-ports.ts";
import type { Amounts } from "./requests.ts";

/** What a node has, and what of it is taken by the pods on it that haven't ended, also those that are only bound or about to be. */
export interface NodeRoom {
  readonly node: Node;
  readonly allocatable: Amounts;
  readonly taken: Amounts;
  /** As `taken`, where a container that asks for nothing counts as a small one. */
  readonly assumed: Amounts;
  readonly podCount: number;
  readonly hostPorts: readonly TakenPort[];
}

export interface TakenPort extends HostPort {
  /** `namespace/name` of the pod that has it. */
  readonly pod: string;
}
