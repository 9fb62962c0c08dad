import { writeFileSync } from "node:fs";
import { run } from "#os/spawn.ts";
import type { Machine } from "../harness/machine.ts";

/** The flags that apply these manifests. */
export const applied = (machine: Machine, text: string): readonly string[] => {
  const file = `${machine.dataDir}/manifests.yaml`;
  writeFileSync(file, text);
  return ["-f", file];
};

/** What a host beside the machine is answered at that port. */
export const fromBeside = async (machine: Pick<Machine, "address">, port: number): Promise<string> =>
  (await run(["curl", "--silent", "--show-error", "--max-time", "2", `http://${machine.address}:${port}/`])).stdout;

export interface Seen {
  readonly id: string;
  readonly restarts: number;
}
/** By the names of their pods. */
export const containersOf = async (machine: Machine): Promise<ReadonlyMap<string, Seen>> => {
  const path =
    '{range .items[*]}{.metadata.name} {.status.containerStatuses[0].containerID} {.status.containerStatuses[0].restartCount}{"\\n"}{end}';
  const lines = (await machine.kubectl("get", "pods", `-o=jsonpath=${path}`)).trim().split("\n");
  return new Map(
    lines.map((line) => {
      const [name = "", id = "", restarts = ""] = line.split(" ");
      return [name, { id, restarts: Number(restarts) }];
    }),
  );
};
/** What must be the same after all that is done to a cluster. */
export const objectsOf = (machine: Machine): Promise<string> => {
  const path =
    '{range .items[*]}{.kind}/{.metadata.name} {.metadata.uid} {.spec.clusterIP} {.spec.ports[*].nodePort}{"\\n"}{end}';
  return machine.kubectl("get", "deployments,services,namespaces", `-o=jsonpath=${path}`);
};
