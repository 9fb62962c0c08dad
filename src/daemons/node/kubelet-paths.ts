/** Which pod a request is about. */
export interface PodPath {
  readonly namespace: string;
  readonly pod: string;
}
/** Which container of it. */
export interface ContainerPath extends PodPath {
  readonly container: string;
}

export type Route =
  | { readonly kind: "healthz" | "pods" | "unknown" }
  | { readonly kind: "portForward"; readonly at: PodPath }
  | { readonly kind: "containerLogs" | "exec" | "attach"; readonly at: ContainerPath };

/** What a path of the kubelet's API leads to. Source: pkg/kubelet/server/server.go, InstallDefaultHandlers and -DebuggingHandlers. */
export function routeOf(path: string): Route {
  const [, first = "", namespace = "", pod = "", container = "", ...rest] = path.split("/");
  const isBare = namespace === "" && pod === "";
  if ((first === "healthz" || first === "pods") && isBare) return { kind: first };
  const isWhole = namespace !== "" && pod !== "" && container !== "" && rest.length === 0;
  if ((first === "containerLogs" || first === "exec" || first === "attach") && isWhole)
    return { kind: first, at: { namespace, pod, container } };
  // Behind the pod's name may stand its uid.
  if (first === "portForward" && namespace !== "" && pod !== "" && rest.length === 0)
    return { kind: first, at: { namespace, pod } };
  return { kind: "unknown" };
}
