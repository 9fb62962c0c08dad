import { type Pod, pods } from "#api/core/pod.ts";
import { runtimeClasses } from "#api/node/runtime-class.ts";
import { withRuntimeClass } from "#core/admission/runtime-class.ts";
import { forbidden } from "#machinery/status.ts";
import type { Environment } from "../environment.ts";
import { isOf, named, parseStored } from "../object.ts";
import { keyOf } from "../objects.ts";
import type { AdmissionPlugin } from "./plugin.ts";

/** A pod costs, and stands, as the runtime does that it names. Source: plugin/pkg/admission/runtimeclass (KEP-688). */
export const runtimeClass: AdmissionPlugin = {
  name: "RuntimeClass",
  at: ["/pods"],
  mutate: (next, { operation, name, call: { env } }) => {
    if (operation !== "create" || !isOf(pods, next)) return next;
    return next.spec.runtimeClassName === undefined && next.spec.overhead === undefined
      ? next
      : placed(next, name, env);
  },
};

async function placed(pod: Pod, name: string, { store }: Environment) {
  const { runtimeClassName = "" } = pod.spec;
  const key = keyOf(runtimeClasses, { namespace: "", name: runtimeClassName });
  const entry = runtimeClassName === "" ? undefined : await store.get(key);
  const found = entry && parseStored(entry.value);
  const outcome = withRuntimeClass(pod, isOf(runtimeClasses, found) ? found : undefined);
  if (outcome.kind === "refused") throw forbidden(pods, name, outcome.because);
  return named(pods, outcome.pod);
}
