import { existsSync, readFileSync } from "node:fs";
import type { Container } from "#api/core/pod/container.ts";
import type { Pod } from "#api/core/pod.ts";
import { type Catalogue, imageNamed, type OwnImage } from "#core/pods/images.ts";
import type { Refusal } from "#core/pods/observed.ts";
import { readResolvConf } from "#core/pods/pod-files.ts";
import type { ImageMeaning } from "#daemons/node/container-plan.ts";
import type { StarterFacts } from "#daemons/node/pod-starter.ts";
import { isInstalled, type OwnProgram } from "#os/programs.ts";
import { type MachineFacts, machineReport } from "./machine-report.ts";
import type { NodePlan } from "./node-plan.ts";
import type { Settings } from "./settings.ts";

interface Known {
  readonly plan: NodePlan;
  readonly machine: MachineFacts;
  readonly catalogue: Catalogue;
  readonly programs: OwnPrograms;
}
export type OwnPrograms = Readonly<Record<OwnImage, OwnProgram>>;

/** What the node's agent knows when it starts containers. */
export function starterFacts(settings: Settings, { plan, machine, catalogue, programs }: Known): StarterFacts {
  const { memoryBytes, cpuMillis, addresses, hostname } = machineReport(machine, plan.report);
  return {
    node: { name: plan.name, addresses, memoryBytes, cpuMillis },
    network: {
      hostname,
      clusterDomain: settings["cluster-domain"],
      clusterDns: [plan.dnsAddress.text],
      host: readResolvConf(hostResolvConf()),
    },
    volumesFolder: plan.folders.volumes,
    imageOf: (pod, container) => meaningOf(pod, { container, catalogue, nodeName: plan.name, programs }),
  };
}

/** In a pod 127.0.0.53 is not the machine's resolver: the servers behind it are. */
function hostResolvConf(): string {
  const files = ["/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"].filter((file) => existsSync(file));
  const texts = files.map((file) => readFileSync(file, "utf8"));
  return texts.find((text) => !/^nameserver\s+127\.0\.0\.5[34]\s*$/m.test(text)) ?? "";
}

interface Named {
  readonly container: Container;
  readonly catalogue: Catalogue;
  readonly nodeName: string;
  readonly programs: OwnPrograms;
}

function meaningOf(pod: Pod, { container, catalogue, nodeName, programs }: Named): ImageMeaning | Refusal {
  const image = imageNamed(container.image ?? "", catalogue, isInstalled);
  if ("reason" in image) return image;
  if (image.program === undefined) return { ...image, mounts: [] };
  const { command, mounts } = programs[image.program];
  const env = image.program === "portolan/echo" ? echoVariables(pod, container, nodeName) : {};
  return { ...image, command: [...command, ...image.command], env: { ...image.env, ...env }, mounts };
}

function echoVariables(pod: Pod, { ports = [] }: Container, nodeName: string): Readonly<Record<string, string>> {
  return {
    PORTOLAN_POD: pod.metadata.name,
    PORTOLAN_NAMESPACE: pod.metadata.namespace,
    PORTOLAN_NODE: nodeName,
    PORTOLAN_PORTS: ports.map(({ containerPort, protocol }) => `${containerPort}/${protocol}`).join(","),
  };
}
