import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Container } from "#api/core/pod/container.ts";
import type { Pod } from "#api/core/pod.ts";
import { type Catalogue, type Image, imageNamed } from "#core/pods/images.ts";
import type { Refusal } from "#core/pods/observed.ts";
import { readResolvConf } from "#core/pods/pod-files.ts";
import type { ImageMeaning } from "#daemons/node/container-plan.ts";
import type { StarterFacts } from "#daemons/node/pod-starter.ts";
import { type MachineFacts, machineReport } from "./machine-report.ts";
import type { NodePlan } from "./node-plan.ts";
import type { Settings } from "./settings.ts";

interface Known {
  readonly plan: NodePlan;
  readonly machine: MachineFacts;
  readonly catalogue: Catalogue;
}

/** What the node's agent knows when it starts containers. */
export function starterFacts(settings: Settings, { plan, machine, catalogue }: Known): StarterFacts {
  const { memoryBytes, cpuMillis, addresses, hostname } = machineReport(machine, plan.report);
  return {
    node: { name: plan.nodeName, addresses, memoryBytes, cpuMillis },
    network: {
      hostname,
      clusterDomain: settings["cluster-domain"],
      clusterDns: [plan.dnsAddress.text],
      host: readResolvConf(hostResolvConf()),
    },
    volumesFolder: plan.folders.volumes,
    imageOf: (pod, container) => meaningOf(pod, { container, catalogue, nodeName: plan.nodeName }),
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
}

function meaningOf(pod: Pod, { container, catalogue, nodeName }: Named): ImageMeaning | Refusal {
  const image = imageNamed(container.image ?? "", catalogue, isInstalled);
  if ("reason" in image) return image;
  return image.program === undefined ? { ...image, mounts: [] } : echoMeaning(pod, { container, image, nodeName });
}

function isInstalled(program: string): boolean {
  const places = program.includes("/") ? [program] : searchPath.map((folder) => `${folder}/${program}`);
  return places.some((place) => {
    try {
      accessSync(place, constants.X_OK);
      return true;
    } catch {
      return false; // not there, or not to be run: either way it is no program
    }
  });
}
const searchPath = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/** Where containers find our own program; the machine's files may have it at a place that they must not see. */
const ours = "/usr/local/lib/portolan";
const sources = join(import.meta.dirname, "..");

interface Echo {
  readonly container: Container;
  readonly image: Image;
  readonly nodeName: string;
}
function echoMeaning(pod: Pod, { container, image, nodeName }: Echo): ImageMeaning {
  const ports = (container.ports ?? []).map(({ containerPort, protocol }) => `${containerPort}/${protocol}`);
  return {
    ...image,
    command: [`${ours}/node`, ...echoFlags, `${ours}/echo/main.ts`, ...image.command],
    env: {
      ...image.env,
      PORTOLAN_POD: pod.metadata.name,
      PORTOLAN_NAMESPACE: pod.metadata.namespace,
      PORTOLAN_NODE: nodeName,
      PORTOLAN_PORTS: ports.join(","),
    },
    mounts: [
      { from: process.execPath, at: `${ours}/node`, readOnly: true },
      { from: join(sources, "echo"), at: `${ours}/echo`, readOnly: true },
    ],
  };
}
const echoFlags = ["--disable-warning=ExperimentalWarning"];
