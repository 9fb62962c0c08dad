import { join } from "node:path";
import type { Container, VolumeMount } from "#api/core/pod/container.ts";
import type { Pod } from "#api/core/pod.ts";
import { expand } from "#core/pods/expand.ts";
import { hostnameOf, hostsFile, type NetworkFacts, resolvConf } from "#core/pods/pod-files.ts";
import { limitsOf } from "#core/pods/resources.ts";
import type { BindMount, Capabilities, ContainerPlan, ProcessPlan, StdioPlan, User } from "#os/process-runtime/plan.ts";

/** What an image name means on this node: the same as an image's ENTRYPOINT, CMD, ENV and USER. */
export interface ImageMeaning {
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly user: string | undefined;
  /** Files of ours that its program needs. */
  readonly mounts: readonly BindMount[];
}

export interface Prepared {
  readonly container: Container;
  readonly attempt: number;
  /** Given back with the container by the runtime. */
  readonly labels: Readonly<Record<string, string>>;
  readonly image: ImageMeaning;
  readonly variables: ReadonlyMap<string, string>;
  /** Where each of the pod's volumes stands on this machine. */
  readonly volumes: ReadonlyMap<string, string>;
  readonly network: NetworkFacts;
}

/** A pod's container in the words of the runtime. */
export function containerPlan(pod: Pod, prepared: Prepared): ContainerPlan {
  const { container, attempt, labels, image, volumes, network, variables } = prepared;
  return {
    sandbox: pod.metadata.uid,
    name: container.name,
    attempt,
    labels,
    process: processPlan(pod, prepared),
    limits: limitsOf(container),
    files: {
      mounts: [
        ...image.mounts,
        ...(container.volumeMounts ?? []).flatMap((mount) => bindMount(mount, { volumes, variables })),
      ],
      etc: etcFiles(pod, network),
      privileged: container.securityContext?.privileged === true,
      readOnlyRoot: container.securityContext?.readOnlyRootFilesystem === true,
      terminationMessagePath: container.terminationMessagePath,
    },
  };
}

/** A pod on the host's network has the host's own name and hosts file. */
function etcFiles(pod: Pod, network: NetworkFacts): Readonly<Record<string, string>> {
  const resolver = { "resolv.conf": resolvConf(pod, network) };
  return pod.spec.hostNetwork === true
    ? resolver
    : { ...resolver, hosts: hostsFile(pod, network), hostname: `${hostnameOf(pod)}\n` };
}

interface Around {
  readonly volumes: ReadonlyMap<string, string>;
  readonly variables: ReadonlyMap<string, string>;
}

function bindMount(mount: VolumeMount, { volumes, variables }: Around): readonly BindMount[] {
  const volume = volumes.get(mount.name);
  if (volume === undefined) return [];
  const below = mount.subPathExpr === undefined ? mount.subPath : expand(mount.subPathExpr, variables);
  return [
    {
      from: below === undefined ? volume : join(volume, below),
      at: mount.mountPath,
      readOnly: mount.readOnly === true,
    },
  ];
}

/** What an image that sets no PATH is run with. Source: the OCI runtimes' default. */
const usualPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** A pod's own `command` replaces the image's command and args, its `args` the image's args: core/v1 Container. */
function processPlan(pod: Pod, { container, image, variables, network }: Prepared): ProcessPlan {
  const { securityContext } = container;
  const all = new Map([...Object.entries(image.env), ...variables]);
  const expanded = (words: readonly string[]): readonly string[] => words.map((word) => expand(word, all));
  const command = container.command === undefined ? image.command : expanded(container.command);
  const ownArgs = container.args === undefined ? undefined : expanded(container.args);
  const args = ownArgs ?? (container.command === undefined ? image.args : []);
  return {
    argv: [...command, ...args],
    env: {
      PATH: usualPath,
      HOSTNAME: pod.spec.hostNetwork === true ? network.hostname : hostnameOf(pod),
      ...Object.fromEntries(all),
    },
    cwd: container.workingDir ?? "/",
    user: userOf(pod, container, image),
    capabilities: capabilitiesOf(container),
    noNewPrivileges: securityContext?.allowPrivilegeEscalation === false,
    stdio: stdioOf(container),
  };
}

function stdioOf({ stdin = false, stdinOnce = false, tty = false }: Container): StdioPlan {
  if (tty) return { kind: "terminal", isOpen: stdin };
  return stdin ? { kind: "input", once: stdinOnce } : { kind: "outputs" };
}

function userOf({ spec }: Pod, { securityContext }: Container, image: ImageMeaning): User {
  const [imageUser, imageGroup] = image.user?.split(":") ?? [];
  const user = securityContext?.runAsUser ?? spec.securityContext.runAsUser;
  const group = securityContext?.runAsGroup ?? spec.securityContext.runAsGroup;
  const fsGroup = spec.securityContext.fsGroup;
  const chosenUser = user === undefined ? imageUser : String(user);
  const chosenGroup = group === undefined ? imageGroup : String(group);
  return {
    ...(chosenUser !== undefined && { user: chosenUser }),
    ...(chosenGroup !== undefined && { group: chosenGroup }),
    supplementalGroups: [
      ...(spec.securityContext.supplementalGroups ?? []),
      ...(fsGroup === undefined ? [] : [fsGroup]),
    ],
  };
}

function capabilitiesOf({ securityContext }: Container): Capabilities {
  if (securityContext?.privileged === true) return { kind: "all" };
  const { add = [], drop = [] } = securityContext?.capabilities ?? {};
  return { kind: "changed", add, drop };
}
