/** What runs of one pod on its node: the facts that the next steps are decided from. Times in milliseconds since 1970. */
export interface Observed {
  /** The namespaces that the pod's containers share; their addresses where the pod has a network of its own. */
  readonly sandbox: { readonly addresses: readonly string[] } | undefined;
  /** Every attempt that is still known, oldest first. */
  readonly runs: readonly Run[];
  /** Containers that can't be started as they are asked for, by name. */
  readonly refusals: ReadonlyMap<string, Held>;
  /** What the probes say, by container name. */
  readonly probes: ReadonlyMap<string, Probed>;
}

/** One attempt at running one container. */
export interface Run {
  readonly container: string;
  /** 0 for the first; what `restartCount` shows. */
  readonly attempt: number;
  /** How many restarts in a row led to it, of which no run lasted: what its back-off is counted by. */
  readonly restartsInARow: number;
  readonly startedAt: number;
  readonly end: RunEnd | undefined;
}
export interface RunEnd {
  readonly exitCode: number;
  readonly reason: "Completed" | "Error" | "OOMKilled" | "ContainerStatusUnknown" | "StartError";
  readonly message: string;
  readonly finishedAt: number;
}

/** Why a container waits. The reasons are the kubelet's. */
export interface Refusal {
  readonly reason:
    | "ErrImagePull"
    | "ImagePullBackOff"
    | "InvalidImageName"
    | "CreateContainerConfigError"
    | "CreateContainerError";
  readonly message: string;
}

/** A refusal, and when the container is tried again where nothing that it waits for changes before. */
export interface Held extends Refusal {
  readonly againAt: number;
}

/** undefined: not known yet. A container without that probe has no opinion either, and the plan takes it as passed. */
export interface Probed {
  readonly startup: boolean | undefined;
  readonly readiness: boolean | undefined;
  readonly liveness: boolean | undefined;
}

/** The last attempt of a container; undefined before the first. */
export const lastRun = ({ runs }: Pick<Observed, "runs">, container: string): Run | undefined =>
  runs.findLast((run) => run.container === container);
