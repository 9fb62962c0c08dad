import { type Service, services } from "#api/core/service.ts";
import { shares } from "#api/portolan/share.ts";
import { readTime } from "#machinery/time.ts";
import { mayOrThrow } from "../authorization/permission.ts";
import { isOf, objectOf } from "../object.ts";
import { findOf } from "../objects.ts";
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
  async mutate(next, { operation, name, call: { env, path } }) {
    if (operation !== "create" || !isOf(shares, next)) return next;
    const { sharing } = env.options;
    const { namespace } = path;
    const service = await findOf(env.store, services, { namespace, name: next.spec.service });
    const [only, ...others] = service?.spec.ports ?? [];
    const port = next.spec.port ?? (others.length === 0 ? only?.port : undefined);
    const url = sharing && shareUrl(sharing, { name, namespace });
    const spec = { ...next.spec, ...(url !== undefined && { url }), ...(port !== undefined && { port }) };
    return objectOf({ ...next, spec });
  },
  async denial(next, { operation, isDryRun, call: { env, identity, path } }) {
    if (operation !== "create" || !isOf(shares, next)) return undefined;
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
    const ports = (await findOf(env.store, services, { namespace, name }))?.spec.ports;
    if (ports === undefined) return `there is no Service ${JSON.stringify(name)} with ports in the namespace`;
    const { port: wanted } = next.spec;
    if (wanted === undefined) return `Service ${JSON.stringify(name)} has several ports: spec.port must say which`;
    if (!ports.some(({ name: portName, port }) => wanted === port || wanted === portName))
      return `Service ${JSON.stringify(name)} has no port ${wanted}: there is ${ports.map(showPort).join(", ")}`;
    return isDryRun ? undefined : env.shareBook.opened();
  },
};

const showPort = ({ name = "", port }: NonNullable<Service["spec"]["ports"]>[number]): string =>
  name === "" ? String(port) : `${port} (${name})`;
