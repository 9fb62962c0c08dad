/** What a pod's environment and files may tell of its node. */
export interface NodeFacts {
  readonly name: string;
  readonly addresses: readonly string[];
  /** Bytes, and thousandths of a core: what stands for a limit that a container doesn't have. */
  readonly memoryBytes: number;
  readonly cpuMillis: number;
}
