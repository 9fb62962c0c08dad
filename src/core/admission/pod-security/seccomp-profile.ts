import { quoted, type Subject, settersOf, sorted, type Violation } from "./control.ts";

const types = new Set(["RuntimeDefault", "Localhost"]);

/** Somebody says that all system calls are to be let through. */
export function badSeccompProfile(subject: Subject): Violation | undefined {
  const { text, contexts } = settersOf(
    subject,
    ({ seccompProfile }) => seccompProfile !== undefined && !types.has(seccompProfile.type),
  );
  const bad = quoted(sorted(contexts.flatMap(({ seccompProfile }) => seccompProfile?.type ?? [])));
  return text === ""
    ? undefined
    : { reason: "seccompProfile", detail: `${text} must not set securityContext.seccompProfile.type to ${bad}` };
}
