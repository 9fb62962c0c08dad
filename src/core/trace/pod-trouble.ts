import type { ContainerStatus, PodCondition } from "#api/core/pod/status.ts";
import type { Pod } from "#api/core/pod.ts";
import { type Evidence, type Fix, named } from "./story.ts";
import { fixPod, type Why } from "./why.ts";

/** Why a pod does not serve; undefined for one that is Running and Ready. */
export function podTrouble(pod: Pod): Why | undefined {
  const { metadata, status, spec } = pod;
  const who = `pod ${metadata.namespace}/${metadata.name}`;
  if (status.phase === "Failed" || status.phase === "Succeeded") return ended(pod, who);
  if (metadata.deletionTimestamp !== undefined) {
    const evidence = [
      { object: named("Pod", pod), field: "metadata.deletionTimestamp", value: metadata.deletionTimestamp },
    ];
    return { because: "PodGoes", tells: `${who} is being deleted`, evidence };
  }
  const scheduled = condition(pod, "PodScheduled");
  if (spec.nodeName === undefined || scheduled?.status === "False") return unscheduled(pod, who, scheduled);
  const waiting = waitingContainer(pod);
  if (waiting !== undefined) return waits(pod, who, waiting);
  const ready = condition(pod, "Ready");
  if (ready?.status === "True") return undefined;
  return notReady(pod, who, ready);
}

const condition = ({ status }: Pod, type: string): PodCondition | undefined =>
  status.conditions?.find((one) => one.type === type);

function ended(pod: Pod, who: string): Why {
  const { phase = "", reason, message } = pod.status;
  const why = [reason, message].filter((one) => one !== undefined && one !== "").join(": ");
  const evidence: Evidence[] = [{ object: named("Pod", pod), field: "status.phase", value: phase }];
  if (why !== "") evidence.push({ object: named("Pod", pod), field: "status.reason", value: why });
  return { because: "PodEnded", tells: `${who} has ended (${reason ?? phase})`, evidence };
}

/** What the scheduler says when a node does not fit, and the field that asks for what the node lacks. */
const schedulingFields: readonly (readonly [RegExp, string, string])[] = [
  [/Insufficient (\S+?)[.,]?(\s|$)/, "spec.containers[0].resources.requests", "less, or a larger node"],
  [/node affinity\/selector/, "spec.nodeSelector", "labels that a node has"],
  [/untolerated taint/, "spec.tolerations", "tolerate the taint that the message names"],
  [/free ports/, "spec.containers[0].ports[0].hostPort", "a port that no pod of the node has"],
  [/pod affinity|anti-affinity/, "spec.affinity", "rules that a node can meet"],
  [/topology spread/, "spec.topologySpreadConstraints", "constraints that a node can meet"],
];

function unscheduled(pod: Pod, who: string, scheduled: PodCondition | undefined): Why {
  const message = scheduled?.message ?? "";
  const evidence =
    message === ""
      ? []
      : [{ object: named("Pod", pod), field: "status.conditions[PodScheduled].message", value: message }];
  const [, field, change] = schedulingFields.find(([pattern]) => pattern.test(message)) ?? [];
  const fix = field === undefined || change === undefined ? undefined : fixPod(pod, field, change);
  return { because: "PodUnscheduled", tells: `${who} has no node`, evidence, ...(fix && { fix }) };
}

interface Waiting {
  readonly list: "initContainers" | "containers";
  readonly index: number;
  readonly status: ContainerStatus;
}

/** The first container that waits for something, or that has to end before others start. */
function waitingContainer({ spec, status }: Pod): Waiting | undefined {
  const lists = [
    ["initContainers", spec.initContainers ?? [], status.initContainerStatuses ?? []],
    ["containers", spec.containers, status.containerStatuses ?? []],
  ] as const;
  for (const [list, containers, statuses] of lists)
    for (const one of statuses) {
      const reason = one.state.waiting?.reason;
      if (reason === undefined || reason === "PodInitializing") continue;
      return { list, index: containers.findIndex(({ name }) => name === one.name), status: one };
    }
  return undefined;
}

function waits(pod: Pod, who: string, { list, index, status }: Waiting): Why {
  const { name, state, lastState } = status;
  const { reason = "", message = "" } = state.waiting ?? {};
  const object = named("Pod", pod);
  const statuses = list === "containers" ? "containerStatuses" : "initContainerStatuses";
  const at = `status.${statuses}[${name}]`;
  const evidence: Evidence[] = [
    { object, field: `${at}.state.waiting`, value: [reason, message].filter(Boolean).join(": ") },
  ];
  const end = lastState.terminated;
  if (end !== undefined) {
    const value = `exit code ${end.exitCode}${end.reason === undefined ? "" : ` (${end.reason})`}`;
    evidence.push({ object, field: `${at}.lastState.terminated`, value });
  }
  const fix = waitingFix(pod, `spec.${list}[${index}]`, { reason, name });
  return {
    because: "ContainerWaits",
    tells: `container ${name} of ${who} waits: ${reason}`,
    evidence,
    ...(fix && { fix }),
  };
}

function waitingFix(
  pod: Pod,
  container: string,
  { reason, name }: { readonly reason: string; readonly name: string },
): Fix | undefined {
  switch (reason) {
    case "ErrImagePull":
    case "ImagePullBackOff":
    case "InvalidImageName":
    case "ErrImageNeverPull":
      return fixPod(pod, `${container}.image`, "an image that can be pulled");
    case "CrashLoopBackOff":
    case "RunContainerError": {
      const { namespace, name: podName } = pod.metadata;
      return fixPod(
        pod,
        `${container}.command`,
        `a program that stays; kubectl logs -n ${namespace} ${podName} -c ${name} --previous says why it ended`,
      );
    }
    case "CreateContainerConfigError":
      return fixPod(pod, `${container}.env`, "only ConfigMaps, Secrets and keys that exist");
    default:
      return undefined;
  }
}

function notReady(pod: Pod, who: string, ready: PodCondition | undefined): Why {
  const object = named("Pod", pod);
  const says = [ready?.reason, ready?.message].filter((one) => one !== undefined && one !== "").join(": ");
  const evidence: Evidence[] = says === "" ? [] : [{ object, field: "status.conditions[Ready]", value: says }];
  const gate = pod.spec.readinessGates?.find(
    ({ conditionType = "" }) => condition(pod, conditionType)?.status !== "True",
  );
  if (gate !== undefined && condition(pod, "ContainersReady")?.status === "True") {
    const tells = `${who} is not ready: nobody has set its condition ${gate.conditionType}`;
    return {
      because: "PodNotReady",
      tells,
      evidence,
      fix: fixPod(pod, "spec.readinessGates", `nothing, or whoever sets ${gate.conditionType}`),
    };
  }
  const index = (pod.spec.containers ?? []).findIndex(
    ({ name, readinessProbe }) =>
      readinessProbe !== undefined && pod.status.containerStatuses?.find((one) => one.name === name)?.ready === false,
  );
  const probe = pod.spec.containers[index]?.readinessProbe;
  if (probe === undefined) return { because: "PodNotReady", tells: `${who} is not ready`, evidence };
  const [field, value] = probeAction(probe);
  const path = `spec.containers[${index}].readinessProbe.${field}`;
  const shown = [...evidence, { object, field: path, value }];
  const tells = `${who} is not ready: its readiness probe (${value}) fails`;
  return {
    because: "ReadinessFails",
    tells,
    evidence: shown,
    fix: fixPod(pod, path, "what the container answers when it can serve"),
  };
}

type ReadinessProbe = NonNullable<Pod["spec"]["containers"][number]["readinessProbe"]>;

function probeAction({ httpGet, tcpSocket, grpc, exec }: ReadinessProbe): readonly [string, string] {
  if (httpGet !== undefined) return ["httpGet", `GET :${httpGet.port}${httpGet.path ?? "/"}`];
  if (tcpSocket !== undefined) return ["tcpSocket", `TCP :${tcpSocket.port}`];
  if (grpc !== undefined) return ["grpc", `gRPC :${grpc.port}`];
  return ["exec", (exec?.command ?? []).join(" ")];
}
