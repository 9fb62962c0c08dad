import { services } from "#api/core/service.ts";
import { shares } from "#api/portolan/share.ts";
import { readTime } from "#machinery/time.ts";
import { isOf, objectOf, parseStored } from "../object.ts";
import { keyOf } from "../objects.ts";
import { mayOrThrow } from "../permission.ts";
import { shareUrl } from "../sharing/share-url.ts";
import type { AdmissionPlugin } from "./plugin.ts";

/** What a visitor of a link may do to its Service. */
const verbs = ["get", "create", "update", "patch", "delete"];

/**
 * Nobody opens by a link what is closed to them: who makes one needs all that its visitors may do, as with the roles that somebody
 * gives away.
 */
export const shareReach: AdmissionPlugin = {
  name: "ShareReach",
  at: ["portolan.io/shares"],
  mutate: (next, { operation, name, call: { env, path } }) => {
    const { sharing } = env.options;
    if (operation !== "create" || sharing === undefined) return next;
    return objectOf({ ...next, status: { url: shareUrl(sharing, { name, namespace: path.namespace }) } });
  },
  async denial(next, { operation, call: { env, identity, path } }) {
    if (operation !== "create" || !isOf(shares, next)) return undefined;
    if (env.options.sharing === undefined) return "this server shares nothing: it was started with --share-port 0";
    const { service: name, expires } = next.spec;
    const { namespace } = path;
    if (readTime(expires) <= env.now()) return `spec.expires: ${expires} is over`;
    for (const verb of verbs)
      mayOrThrow(env, identity, {
        kind: "resource",
        verb,
        group: "",
        resource: "services",
        subresource: "proxy",
        namespace,
        name,
      });
    const entry = await env.store.get(keyOf(services, { namespace, name }));
    if (entry === undefined) return `there is no Service ${JSON.stringify(name)} in the namespace`;
    const service = parseStored(entry.value);
    if (!isOf(services, service)) return undefined;
    return service.spec.ports?.length === 1 || next.spec.port !== undefined
      ? undefined
      : `Service ${JSON.stringify(name)} has several ports: spec.port must say which`;
  },
};
