import type { Pod } from "#api/core/pod.ts";
import type { IngressClass } from "#api/networking/ingress-class.ts";
import type { ServedController } from "../../routes/ingress-class.ts";
import { nginxController, portolanController } from "../../routes/route-book.ts";

/** The name that the controller of a cluster of this project goes by, as its Service and its pods are labelled. */
export const controllerLabel = ["app.kubernetes.io/name", "portolan-ingress"] as const;

export const controllerPod = (pods: readonly Pod[]): Pod | undefined =>
  pods.find(({ metadata }) => metadata.labels?.[controllerLabel[0]] === controllerLabel[1]);

/**
 * Whose classes the controller serves, as the arguments of its pod say. Without a pod of this project the classes themselves tell: who
 * has made one of ingress-nginx' has somebody who serves it.
 */
export function controllersOf(pods: readonly Pod[], classes: readonly IngressClass[]): readonly ServedController[] {
  const pod = controllerPod(pods);
  if (pod === undefined) {
    const hasNginx = classes.some(({ spec }) => spec.controller === nginxController.controller);
    return hasNginx ? [portolanController, nginxController] : [portolanController];
  }
  const args = pod.spec.containers.flatMap(({ args: own = [] }) => own);
  const own = {
    controller: argumentOf(args, "--controller-class") ?? portolanController.controller,
    className: argumentOf(args, "--ingress-class") ?? portolanController.className,
  };
  return args.includes("--serve-nginx-class") ? [own, nginxController] : [own];
}

/** `--flag=value`, or `--flag` and the value behind it. */
function argumentOf(args: readonly string[], flag: string): string | undefined {
  const at = args.findIndex((arg) => arg === flag || arg.startsWith(`${flag}=`));
  const found = args[at];
  return found === flag ? args[at + 1] : found?.slice(flag.length + 1);
}
