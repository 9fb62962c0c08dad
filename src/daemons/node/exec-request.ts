import type { Container as RuntimeContainer } from "#os/process-runtime/runtime.ts";
import { type RunningCommand, runCommand } from "./command.ts";
import type { ContainerPath } from "./kubelet-paths.ts";
import type { PodAccess } from "./pod-access.ts";
import { Refused } from "./refused.ts";
import { type CommandExchange, connectCommand, wantedOf } from "./streams/command-connection.ts";

/**
 * Runs a command in a container for a client that upgrades its connection. Throws `Refused` while the connection still is as it
 * was. Source: the kubelet's getExec, and the CRI streaming server's ServeExec.
 */
export function serveExec(pods: PodAccess, at: ContainerPath, exchange: CommandExchange): void {
  const { query, failed } = exchange;
  const argv = query.getAll("command");
  const wanted = wantedOf(query);
  if (argv.length === 0) throw new Refused(400, "you must specify at least one command for the container");
  const { id } = runningContainer(pods, at);
  const start = () => (wanted.tty ? pods.execAtTerminal(id, argv) : pods.exec(id, argv));
  const command: RunningCommand = { argv, start, failed };
  connectCommand(exchange, wanted, (streams) => runCommand(command, streams));
}

/** The latest run of a container, which runs. Throws `Refused` in the kubelet's words. */
export function runningContainer(
  pods: PodAccess,
  { namespace, pod: name, container }: ContainerPath,
): RuntimeContainer {
  const pod = pods.pod(namespace, name);
  if (pod === undefined) throw new Refused(404, "pod does not exist");
  const found = pods.container(pod, container, false);
  if (found?.state.kind !== "running") throw new Refused(500, `container not found ("${container}")`);
  return found;
}
