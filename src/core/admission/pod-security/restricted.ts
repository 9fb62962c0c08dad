import type { Volume } from "#api/core/pod/volumes.ts";
import {
  type AnyContainer,
  type Context,
  type Control,
  containersOf,
  isOfWindows,
  named,
  plural,
  quoted,
  type Subject,
  settersOf,
  sorted,
} from "./control.ts";
import { procMount } from "./proc-mount.ts";
import { badSeccompProfile } from "./seccomp-profile.ts";

// Source: k8s.io/pod-security-admission/policy, whose words these are.

const allowPrivilegeEscalation: Control = {
  id: "allowPrivilegeEscalation",
  violation: (subject) => {
    if (isOfWindows(subject)) return undefined;
    const bad = containersOf(subject).filter(
      ({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false,
    );
    return bad.length === 0
      ? undefined
      : {
          reason: "allowPrivilegeEscalation != false",
          detail: `${named("container", bad)} must set securityContext.allowPrivilegeEscalation=false`,
        };
  },
};

const capabilities: Control = {
  id: "capabilities_restricted",
  violation: (subject) => {
    if (isOfWindows(subject)) return undefined;
    const addedBy = ({ securityContext }: AnyContainer) =>
      (securityContext?.capabilities?.add ?? []).filter((one) => one !== "NET_BIND_SERVICE");
    const keeping = containersOf(subject).filter(
      ({ securityContext }) => securityContext?.capabilities?.drop?.includes("ALL") !== true,
    );
    const adding = containersOf(subject).filter((container) => addedBy(container).length > 0);
    const added = quoted(sorted(adding.flatMap(addedBy)));
    const details = [
      ...(keeping.length > 0
        ? [`${named("container", keeping)} must set securityContext.capabilities.drop=["ALL"]`]
        : []),
      ...(adding.length > 0
        ? [`${named("container", adding)} must not include ${added} in securityContext.capabilities.add`]
        : []),
    ];
    return details.length === 0 ? undefined : { reason: "unrestricted capabilities", detail: details.join("; ") };
  },
};

const volumeTypes: ReadonlySet<string> = new Set([
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "image",
  "persistentVolumeClaim",
  "projected",
  "secret",
]);
const typeOf = (volume: Volume): string => Object.keys(volume).find((field) => field !== "name") ?? "unknown";

const restrictedVolumes: Control = {
  id: "restrictedVolumes",
  violation: ({ spec: { volumes = [] } }) => {
    const bad = volumes.filter((volume) => !volumeTypes.has(typeOf(volume)));
    const types = sorted(bad.map(typeOf));
    return bad.length === 0
      ? undefined
      : {
          reason: "restricted volume types",
          detail: `${named("volume", bad)} ${bad.length === 1 ? "uses" : "use"} ${plural("restricted volume type", types)} ${quoted(types)}`,
        };
  },
};

/** Containers for which neither they nor the pod have said what they must. */
const silent = (subject: Subject, hasSaid: (context: Context) => boolean): readonly AnyContainer[] =>
  hasSaid(subject.spec.securityContext)
    ? []
    : containersOf(subject).filter(({ securityContext = {} }) => !hasSaid(securityContext));

/** Users of its own make no difference: no node here gives them to a pod. */
const runAsNonRoot: Control = {
  id: "runAsNonRoot",
  violation: (subject) => {
    const reason = "runAsNonRoot != true";
    const { text } = settersOf(subject, (context) => context.runAsNonRoot === false);
    if (text !== "") return { reason, detail: `${text} must not set securityContext.runAsNonRoot=false` };
    const bad = silent(subject, (context) => context.runAsNonRoot === true);
    return bad.length === 0
      ? undefined
      : { reason, detail: `pod or ${named("container", bad)} must set securityContext.runAsNonRoot=true` };
  },
};

const runAsUser: Control = {
  id: "runAsUser",
  violation: (subject) => {
    const { text } = settersOf(subject, (context) => context.runAsUser === 0);
    return text === "" ? undefined : { reason: "runAsUser=0", detail: `${text} must not set runAsUser=0` };
  },
};

const seccompProfile: Control = {
  id: "seccompProfile_restricted",
  violation: (subject) => {
    if (isOfWindows(subject)) return undefined;
    const said = badSeccompProfile(subject);
    if (said !== undefined) return said;
    const bad = silent(subject, (context) => context.seccompProfile !== undefined);
    const detail = `pod or ${named("container", bad)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`;
    return bad.length === 0 ? undefined : { reason: "seccompProfile", detail };
  },
};

/** What gives a pod more than it can well do without. */
export const restricted: readonly Control[] = [
  allowPrivilegeEscalation,
  capabilities,
  { ...procMount, id: "procMount_restricted" },
  restrictedVolumes,
  runAsNonRoot,
  runAsUser,
  seccompProfile,
];

/** Controls of the lower level that these say more strictly. */
export const overridden: ReadonlySet<string> = new Set([
  "capabilities_baseline",
  "hostPathVolumes",
  "procMount",
  "seccompProfile_baseline",
]);
