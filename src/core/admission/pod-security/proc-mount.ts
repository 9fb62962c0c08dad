import { type Control, containersOf, named, quoted, sorted } from "./control.ts";

/** Nobody sees more of /proc for having users of its own: no node here gives a pod those. */
export const procMount: Control = {
  id: "procMount",
  violation: (subject) => {
    const bad = containersOf(subject).filter(
      ({ securityContext }) => (securityContext?.procMount ?? "Default") !== "Default",
    );
    const mounts = quoted(sorted(bad.flatMap(({ securityContext }) => securityContext?.procMount ?? [])));
    return bad.length === 0
      ? undefined
      : {
          reason: "procMount",
          detail: `${named("container", bad)} must not set securityContext.procMount to ${mounts}`,
        };
  },
};
