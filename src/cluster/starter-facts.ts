import { existsSync, readFileSync } from "node:fs";
import type { Container } from "#api/core/pod/container.ts";
import type { Pod } from "#api/core/pod.ts";
import { type Catalogue, type Image, imageNamed } from "#core/pods/images.ts";
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
  readonly echo: OwnProgram;
}

/** What the node's agent knows when it starts containers. */
export function starterFacts(settings: Settings, { plan, machine, catalogue, echo }: Known): StarterFacts {
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
    imageOf: (pod, container) => meaningOf(pod, { container, catalogue, nodeName: plan.name, echo }),
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
  readonly echo: OwnProgram;
}

function meaningOf(pod: Pod, { container, catalogue, nodeName, echo }: Named): ImageMeaning | Refusal {
  const image = imageNamed(container.image ?? "", catalogue, isInstalled);
  if ("reason" in image) return image;
  return image.program === undefined
    ? { ...image, mounts: [] }
    : echoMeaning(pod, { container, image, nodeName, echo });
}

interface Echo {
  readonly container: Container;
  readonly image: Image;
  readonly nodeName: string;
  readonly echo: OwnProgram;
}
function echoMeaning(pod: Pod, { container, image, nodeName, echo }: Echo): ImageMeaning {
  const ports = (container.ports ?? []).map(({ containerPort, protocol }) => `${containerPort}/${protocol}`);
  return {
    ...image,
    command: [...echo.command, ...image.command],
    env: {
      ...image.env,
      PORTOLAN_POD: pod.metadata.name,
      PORTOLAN_NAMESPACE: pod.metadata.namespace,
      PORTOLAN_NODE: nodeName,
      PORTOLAN_PORTS: ports.join(","),
    },
    mounts: echo.mounts,
  };
}
