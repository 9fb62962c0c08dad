import type { Machine } from "../harness/machine.ts";
import { differences, type Facet, type MachineState, showDifference } from "../harness/machine-state.ts";

/** What lies outside of a network namespace and so may be changed by others meanwhile; ours has our folder in its name. */
const shared: readonly Facet[] = ["namespace", "mount", "cgroup", "process"];

/** What is not as it was on that machine; of what it shares with others, only what can be this cluster's. */
export function unchanged({ dataDir }: Machine, before: MachineState, after: MachineState): readonly string[] {
  // Names of control groups have dashes for slashes.
  const marks = [dataDir, dataDir.slice(1).replaceAll("/", "-")];
  const isOurs = (line: string): boolean => marks.some((mark) => line.includes(mark));
  return differences(before, after)
    .filter(({ facet, line }) => !shared.includes(facet) || isOurs(line))
    .map(showDifference);
}
