import type { LifecycleHandler, Probe } from "#api/core/pod/probe.ts";
import {
  type AnyContainer,
  type Control,
  containersOf,
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

const hostNamespaces: Control = {
  id: "hostNamespaces",
  violation: ({ spec }) => {
    const used = (["hostNetwork", "hostPID", "hostIPC"] as const).filter((field) => spec[field] === true);
    const detail = used.map((field) => `${field}=true`).join(", ");
    return used.length === 0 ? undefined : { reason: "host namespaces", detail };
  },
};

const hostPathVolumes: Control = {
  id: "hostPathVolumes",
  violation: ({ spec: { volumes = [] } }) => {
    const bad = volumes.filter(({ hostPath }) => hostPath !== undefined);
    return bad.length === 0 ? undefined : { reason: "hostPath volumes", detail: named("volume", bad) };
  },
};

interface Used {
  readonly word: string;
  readonly things: readonly string[];
  readonly shown: string;
}

/** `container "a" uses hostPort 80`. */
const uses = (bad: readonly AnyContainer[], { word, things, shown }: Used): string =>
  `${named("container", bad)} ${bad.length === 1 ? "uses" : "use"} ${plural(word, things)} ${shown}`;

const hostPorts: Control = {
  id: "hostPorts",
  violation: (subject) => {
    const portsOf = ({ ports = [] }: AnyContainer) =>
      ports.flatMap(({ hostPort = 0 }) => (hostPort === 0 ? [] : `${hostPort}`));
    const bad = containersOf(subject).filter((container) => portsOf(container).length > 0);
    const ports = sorted(bad.flatMap(portsOf));
    return bad.length === 0
      ? undefined
      : { reason: "hostPort", detail: uses(bad, { word: "hostPort", things: ports, shown: ports.join(", ") }) };
  },
};

const hostOf = (handler: LifecycleHandler | Probe | undefined): readonly string[] =>
  [handler?.httpGet?.host, handler?.tcpSocket?.host].filter((host) => host !== undefined && host !== "").map(String);

/** Whom the node dials for a container, it must not choose: the node reaches more than a pod does. */
const hostProbes: Control = {
  id: "hostProbesAndHostLifecycle",
  violation: (subject) => {
    const hostsOf = ({ livenessProbe, readinessProbe, startupProbe, lifecycle }: AnyContainer) =>
      [livenessProbe, readinessProbe, startupProbe, lifecycle?.postStart, lifecycle?.preStop].flatMap(hostOf);
    const bad = containersOf(subject).filter((container) => hostsOf(container).length > 0);
    const hosts = sorted(bad.flatMap(hostsOf));
    const inOrder = bad.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    return bad.length === 0
      ? undefined
      : {
          reason: "probe or lifecycle host",
          detail: uses(inOrder, { word: "probe or lifecycle host", things: hosts, shown: quoted(hosts) }),
        };
  },
};

const privileged: Control = {
  id: "privileged",
  violation: (subject) => {
    const bad = containersOf(subject).filter(({ securityContext }) => securityContext?.privileged === true);
    return bad.length === 0
      ? undefined
      : { reason: "privileged", detail: `${named("container", bad)} must not set securityContext.privileged=true` };
  },
};

const defaultCapabilities = new Set([
  "AUDIT_WRITE",
  "CHOWN",
  "DAC_OVERRIDE",
  "FOWNER",
  "FSETID",
  "KILL",
  "MKNOD",
  "NET_BIND_SERVICE",
  "SETFCAP",
  "SETGID",
  "SETPCAP",
  "SETUID",
  "SYS_CHROOT",
]);

const capabilities: Control = {
  id: "capabilities_baseline",
  violation: (subject) => {
    const addedBy = ({ securityContext }: AnyContainer) =>
      (securityContext?.capabilities?.add ?? []).filter((one) => !defaultCapabilities.has(one));
    const bad = containersOf(subject).filter((container) => addedBy(container).length > 0);
    const added = quoted(sorted(bad.flatMap(addedBy)));
    return bad.length === 0
      ? undefined
      : {
          reason: "non-default capabilities",
          detail: `${named("container", bad)} must not include ${added} in securityContext.capabilities.add`,
        };
  },
};

const appArmorTypes = new Set(["RuntimeDefault", "Localhost"]);
const appArmorAnnotation = "container.apparmor.security.beta.kubernetes.io/";
const isKnownProfile = (profile: string): boolean =>
  profile === "" || profile === "runtime/default" || profile.startsWith("localhost/");

const appArmorProfile: Control = {
  id: "appArmorProfile",
  violation: (subject) => {
    const setters = settersOf(
      subject,
      ({ appArmorProfile: profile }) => profile !== undefined && !appArmorTypes.has(profile.type),
    );
    const annotations = Object.entries(subject.metadata.annotations ?? {})
      .filter(([name, profile]) => name.startsWith(appArmorAnnotation) && !isKnownProfile(profile))
      .map(([name, profile]) => `${name}=${JSON.stringify(profile)}`)
      .toSorted();
    const types = sorted(setters.contexts.flatMap(({ appArmorProfile: profile }) => profile?.type ?? []));
    const bad = [...types, ...annotations];
    const who = [setters.text, annotations.length > 0 ? plural("annotation", annotations) : ""].filter(Boolean);
    return bad.length === 0
      ? undefined
      : {
          reason: plural("forbidden AppArmor profile", bad),
          detail: `${who.join(" and ")} must not set AppArmor profile type to ${quoted(bad)}`,
        };
  },
};

const seLinuxTypes = new Set(["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"]);

const seLinuxOptions: Control = {
  id: "seLinuxOptions",
  violation: (subject) => {
    const { text, contexts } = settersOf(
      subject,
      ({ seLinuxOptions: { type = "", user = "", role = "" } = {} }) =>
        !seLinuxTypes.has(type) || user !== "" || role !== "",
    );
    if (text === "") return undefined;
    const options = contexts.map(({ seLinuxOptions: said = {} }) => said);
    const types = sorted(options.map(({ type = "" }) => type).filter((type) => !seLinuxTypes.has(type)));
    const said = [
      ...(types.length > 0 ? [`${plural("type", types)} ${quoted(types)}`] : []),
      ...(["user", "role"] as const)
        .filter((field) => options.some((one) => (one[field] ?? "") !== ""))
        .map((field) => `${field} may not be set`),
    ];
    return {
      reason: "seLinuxOptions",
      detail: `${text} set forbidden securityContext.seLinuxOptions: ${said.join("; ")}`,
    };
  },
};

const seccompProfile: Control = { id: "seccompProfile_baseline", violation: badSeccompProfile };

const safeSysctls = new Set([
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.ping_group_range",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_rmem",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.tcp_wmem",
]);

const sysctls: Control = {
  id: "sysctls",
  violation: ({ spec }) => {
    const bad = (spec.securityContext.sysctls ?? []).map(({ name }) => name).filter((name) => !safeSysctls.has(name));
    return bad.length === 0 ? undefined : { reason: "forbidden sysctls", detail: bad.join(", ") };
  },
};

const windowsHostProcess: Control = {
  id: "windowsHostProcess",
  violation: (subject: Subject) => {
    const { text } = settersOf(subject, ({ windowsOptions }) => windowsOptions?.hostProcess === true);
    return text === ""
      ? undefined
      : { reason: "hostProcess", detail: `${text} must not set securityContext.windowsOptions.hostProcess=true` };
  },
};

/** What gives a pod power over its node. */
export const baseline: readonly Control[] = [
  appArmorProfile,
  capabilities,
  hostNamespaces,
  hostPathVolumes,
  hostPorts,
  hostProbes,
  privileged,
  procMount,
  seLinuxOptions,
  seccompProfile,
  sysctls,
  windowsHostProcess,
];
