import { type Documented, documented } from "#machinery/openapi/docs.ts";
import * as security from "./security.ts";

const own = "The pod's securityContext where left out.";

export const securityDocs: readonly Documented[] = [
  documented(security.SecurityContext, {
    "": "As whom a container runs, and what it may do. What it says counts before what the pod says.",
    capabilities:
      "Rights of root that it has besides those of the runtime, or doesn't have. The runtime's own where left out.",
    privileged: "True: it may do on the node whatever root may. False where left out.",
    seLinuxOptions: `The SELinux context that it runs in. ${own}`,
    runAsUser: `The user id that it runs with; the image's where nobody says. ${own}`,
    runAsNonRoot: `True: it isn't started where it would run as user 0. ${own}`,
    readOnlyRootFilesystem: "True: it can write only to volumes. False where left out.",
    allowPrivilegeEscalation:
      "False: no program of it gets more rights than its parent, as by setuid (no_new_privs). True where left out, and whenever it is privileged.",
    runAsGroup: `The group id that it runs with; the image's where nobody says. ${own}`,
    procMount: "Default, also where left out: parts of /proc are hidden. Unmasked: none are; needs hostUsers: false.",
    windowsOptions: `What only containers of Windows have. ${own}`,
    seccompProfile: `Which system calls it may make. ${own}`,
    appArmorProfile: `Which AppArmor profile holds it. ${own}`,
  }),
  documented(security.PodSecurityContext, {
    "": "As whom the containers of a pod run, where they don't say so themselves, and whose its volumes are.",
    seLinuxOptions: "The SELinux context of all of its containers; the runtime chooses one for each where left out.",
    runAsUser: "The user id that its containers run with; what their images say where left out.",
    runAsNonRoot: "True: containers that would run as user 0 aren't started. Nobody looks where left out.",
    supplementalGroups: "Further groups that the first program of each container is in.",
    fsGroup:
      "A further group of all containers, to which volumes that allow it are given: new files get it, and its members may write. Nobody touches the volumes where left out.",
    runAsGroup: "The group id that its containers run with; what their images say where left out.",
    sysctls: "Kernel settings of the pod's own namespaces. Those that are not safe must be allowed by the node.",
    windowsOptions: "What only containers of Windows have.",
    fsGroupChangePolicy:
      "Always, also where left out: a volume's files are all given to fsGroup at each mount. OnRootMismatch: only where its root isn't yet.",
    seccompProfile: "Which system calls its containers may make; all of them where left out.",
    appArmorProfile: "Which AppArmor profile holds its containers; the runtime's where left out.",
    supplementalGroupsPolicy:
      "Merge, also where left out: groups of the image's /etc/group are added. Strict: only those that are named here count.",
    seLinuxChangePolicy:
      "How volumes get their SELinux label. MountOption, also where left out: by mounting, where the volume can. Recursive: file by file.",
  }),
  documented(security.Capabilities, {
    "": "Rights of root that a container has or hasn't, by their names in Linux without CAP_, as in NET_ADMIN.",
    add: "Rights that it gets besides; ALL is every one.",
    drop: "Rights that are taken from it; ALL is every one. What add names stays.",
  }),
  documented(security.SELinuxOptions, {
    "": "The four parts of an SELinux context.",
    user: "The first part, the SELinux user, as in system_u.",
    role: "The second part, the role, as in system_r.",
    type: "The third part, by which most policies decide, as in container_t.",
    level: "The fourth part, as in s0:c1,c2: it keeps containers of the same type apart.",
  }),
  documented(security.SeccompProfile, {
    "": "Which system calls programs may make.",
    type: "RuntimeDefault: what the runtime lets through. Unconfined: all. Localhost: what a file of the node says.",
    localhostProfile: "With Localhost: the file, below the seccomp folder of the node's agent. Left out otherwise.",
  }),
  documented(security.AppArmorProfile, {
    "": "Which AppArmor profile holds programs.",
    type: "RuntimeDefault: the runtime's own. Unconfined: none. Localhost: one that is loaded on the node.",
    localhostProfile: "With Localhost: the profile's name, as the node has loaded it. Left out otherwise.",
  }),
  documented(security.Sysctl, {
    "": "One kernel setting of a pod's own namespaces.",
    name: "The setting, as in net.ipv4.ip_unprivileged_port_start.",
    value: "What it is set to, as text.",
  }),
  documented(security.WindowsSecurityContextOptions, {
    "": "As whom containers of Windows run. Nodes of Linux pass it over.",
    gmsaCredentialSpecName: "The GMSACredentialSpec that holds the account of Active Directory.",
    gmsaCredentialSpec: "The credential spec itself; filled in from gmsaCredentialSpecName.",
    runAsUserName: "The user that its program runs as; what the image says where left out.",
    hostProcess:
      "True: it runs as a program of the node itself. All containers of a pod must agree, and need hostNetwork.",
  }),
];
