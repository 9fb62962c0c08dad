import type { Identity } from "#core/access/identity.ts";

/** Whether somebody may do everything, whatever rules say. Source: SystemPrivilegedGroup in k8s.io/apiserver. */
export const isAdministrator = ({ groups }: Identity): boolean => groups.includes("system:masters");
