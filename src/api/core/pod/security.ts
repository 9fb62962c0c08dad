import { boolean, int64, list, object, optional, required, string } from "#machinery/schema.ts";

export class AppArmorProfile extends object("io.k8s.api.core.v1.AppArmorProfile", {
  type: required(1, string),
  localhostProfile: optional(2, string, { zero: "counts" }),
}) {}

export class Capabilities extends object("io.k8s.api.core.v1.Capabilities", {
  add: optional(1, list(string)),
  drop: optional(2, list(string)),
}) {}

export class SELinuxOptions extends object("io.k8s.api.core.v1.SELinuxOptions", {
  user: optional(1, string),
  role: optional(2, string),
  type: optional(3, string),
  level: optional(4, string),
}) {}

export class SeccompProfile extends object("io.k8s.api.core.v1.SeccompProfile", {
  type: required(1, string),
  localhostProfile: optional(2, string, { zero: "counts" }),
}) {}

export class Sysctl extends object("io.k8s.api.core.v1.Sysctl", {
  name: required(1, string),
  value: required(2, string),
}) {}

export class WindowsSecurityContextOptions extends object("io.k8s.api.core.v1.WindowsSecurityContextOptions", {
  gmsaCredentialSpecName: optional(1, string, { zero: "counts" }),
  gmsaCredentialSpec: optional(2, string, { zero: "counts" }),
  runAsUserName: optional(3, string, { zero: "counts" }),
  hostProcess: optional(4, boolean, { zero: "counts" }),
}) {}

export class PodSecurityContext extends object("io.k8s.api.core.v1.PodSecurityContext", {
  seLinuxOptions: optional(1, SELinuxOptions),
  runAsUser: optional(2, int64(), { zero: "counts" }),
  runAsNonRoot: optional(3, boolean, { zero: "counts" }),
  supplementalGroups: optional(4, list(int64())),
  fsGroup: optional(5, int64(), { zero: "counts" }),
  runAsGroup: optional(6, int64(), { zero: "counts" }),
  sysctls: optional(7, list(Sysctl)),
  windowsOptions: optional(8, WindowsSecurityContextOptions),
  fsGroupChangePolicy: optional(9, string, { zero: "counts" }),
  seccompProfile: optional(10, SeccompProfile),
  appArmorProfile: optional(11, AppArmorProfile),
  supplementalGroupsPolicy: optional(12, string, { zero: "counts" }),
  seLinuxChangePolicy: optional(13, string, { zero: "counts" }),
}) {}

export class SecurityContext extends object("io.k8s.api.core.v1.SecurityContext", {
  capabilities: optional(1, Capabilities),
  privileged: optional(2, boolean, { zero: "counts" }),
  seLinuxOptions: optional(3, SELinuxOptions),
  runAsUser: optional(4, int64(), { zero: "counts" }),
  runAsNonRoot: optional(5, boolean, { zero: "counts" }),
  readOnlyRootFilesystem: optional(6, boolean, { zero: "counts" }),
  allowPrivilegeEscalation: optional(7, boolean, { zero: "counts" }),
  runAsGroup: optional(8, int64(), { zero: "counts" }),
  procMount: optional(9, string, { zero: "counts" }),
  windowsOptions: optional(10, WindowsSecurityContextOptions),
  seccompProfile: optional(11, SeccompProfile),
  appArmorProfile: optional(12, AppArmorProfile),
}) {}
