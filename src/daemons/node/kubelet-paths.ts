/** Which pod a request is about. */
export interface PodPath {
  readonly namespace: string;
  readonly pod: string;
}
/** Which container of it. */
export interface ContainerPath extends PodPath {
  readonly container: string;
}
/** Which port of a pod. */
export interface PortPath extends PodPath {
  readonly port: number;
}

export type Route =
  | { readonly kind: "healthz" | "pods" | "unknown" }
  | { readonly kind: "portForward"; readonly at: PodPath }
  | { readonly kind: "dial"; readonly at: PortPath }
  | { readonly kind: "containerLogs" | "exec" | "attach"; readonly at: ContainerPath };

/** What a path of the kubelet's API leads to. Source: pkg/kubelet/server/server.go, InstallDefaultHandlers and -DebuggingHandlers. */
export function routeOf(path: string): Route {
  const [, first = "", namespace = "", pod = "", container = "", ...rest] = path.split("/");
  const isBare = namespace === "" && pod === "";
  if ((first === "healthz" || first === "pods") && isBare) return { kind: first };
  const isWhole = namespace !== "" && pod !== "" && container !== "" && rest.length === 0;
  if ((first === "containerLogs" || first === "exec" || first === "attach") && isWhole)
    return { kind: first, at: { namespace, pod, container } };
  // Our own: what the API server does by itself where it is on the pods' network.
  if (first === "dial" && isWhole && /^[0-9]{1,5}$/.test(container))
    return { kind: first, at: { namespace, pod, port: Number(container) } };
  // Behind the pod's name may stand its uid.
  if (first === "portForward" && namespace !== "" && pod !== "" && rest.length === 0)
    return { kind: first, at: { namespace, pod } };
  return { kind: "unknown" };
}
