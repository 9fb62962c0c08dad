import { pods } from "#api/core/pod.ts";
import { defaultClass, resolvePriority } from "#api/scheduling/priority-class/resolution.ts";
import { priorityClasses } from "#api/scheduling/priority-class.ts";
import { forbidden } from "#machinery/status.ts";
import type { Environment } from "../environment.ts";
import { isOf, named } from "../object.ts";
import { everyOf } from "../objects.ts";
import type { AdmissionPlugin, Denial } from "./plugin.ts";

/** A pod has the priority of its class, and pods that name no class are of one class, and not of two. */
export const priority: AdmissionPlugin = {
  name: "Priority",
  at: ["/pods", "scheduling.k8s.io/priorityclasses"],
  mutate: async (next, { operation, call: { env } }) => {
    if (operation !== "create" || !isOf(pods, next)) return next;
    const resolved = resolvePriority(next.spec, await everyOf(env.store, priorityClasses));
    if (resolved.kind === "refused") throw forbidden(pods, next.metadata.name, resolved.message);
    return named(pods, { ...next, spec: { ...next.spec, ...resolved.fields } });
  },
  denial: (next, { call: { env } }) =>
    isOf(priorityClasses, next) && next.globalDefault ? rivalry(next.metadata.name, env) : undefined,
};

/** Source: validatePriorityClass. */
async function rivalry(name: string, { store }: Environment): Promise<Denial> {
  const known = defaultClass(await everyOf(store, priorityClasses));
  return known === undefined || known.metadata.name === name
    ? undefined
    : `PriorityClass ${known.metadata.name} is already marked as default. Only one default can exist`;
}
