import { closest } from "../likeness.ts";
import type { Client } from "./client.ts";
import { whyNobody } from "./nobody.ts";
import { type Fix, type Hop, named } from "./story.ts";
import type { Atlas } from "./world.ts";

/** Why the cluster's DNS says that there is no such name, and which one may have been meant. */
export function unknownName(host: string, client: Client, atlas: Atlas): Hop {
  const home = client.pod?.metadata.namespace;
  const { name, namespace } = readName(host, home ?? "default", atlas);
  const service = atlas.service(`${namespace}/${name}`);
  if (service !== undefined && service.spec.clusterIP === "None" && isWholeEnough(host, home, atlas)) {
    const why = whyNobody(service, service.spec.ports?.[0], atlas);
    const tells = `${host} has no address: ${named("Service", service)} is headless, and ${why.tells}`;
    return { ...why, kind: "name", outcome: "stops", tells };
  }
  const meant = whatWasMeant(host, { name, namespace, home }, atlas);
  return { kind: "name", outcome: "stops", evidence: [], ...meant };
}

interface Meant {
  readonly because: Hop["because"];
  readonly tells: string;
  readonly fix?: Fix;
}

interface Words {
  readonly name: string;
  readonly namespace: string;
  /** The namespace of the pod that asks. */
  readonly home: string | undefined;
}

function whatWasMeant(host: string, { name, namespace, home }: Words, atlas: Atlas): Meant {
  const { services, namespaces, unread, facts } = atlas.world;
  const rename = (change: string): Fix => ({ object: "the target", field: "host", change });
  const whole = (to: string, at: string): string =>
    home === at ? to : home === undefined ? `${to}.${at}.svc.${facts.domain}` : `${to}.${at}`;
  if (atlas.service(`${namespace}/${name}`) !== undefined && !isWholeEnough(host, home, atlas)) {
    const tells = `${host} is completed for nobody outside the cluster`;
    return { because: "NameIncomplete", tells, fix: rename(whole(name, namespace)) };
  }
  if (
    !unread.has("namespaces") &&
    namespaces.length > 0 &&
    !namespaces.some(({ metadata }) => metadata.name === namespace)
  ) {
    const near = closest(
      namespace,
      namespaces.map(({ metadata }) => metadata.name),
    );
    const tells = `there is no namespace ${namespace}`;
    return { because: "NoSuchNamespace", tells, ...(near !== undefined && { fix: rename(whole(name, near)) }) };
  }
  const elsewhere = services.filter(({ metadata }) => metadata.name === name).map(({ metadata }) => metadata.namespace);
  if (elsewhere.length > 0) {
    const tells = `no Service ${name} is in namespace ${namespace}, but one is in ${elsewhere.join(", ")}`;
    return { because: "InOtherNamespace", tells, fix: rename(whole(name, elsewhere[0] ?? "")) };
  }
  const neighbours = services
    .filter(({ metadata }) => metadata.namespace === namespace)
    .map(({ metadata }) => metadata.name);
  const near = closest(name, neighbours);
  const tells = `the cluster's DNS does not know ${host}: no Service ${name} is in namespace ${namespace}`;
  return { because: "NoSuchName", tells, ...(near !== undefined && { fix: rename(whole(near, namespace)) }) };
}

/** `web`, `web.shop`, `web.shop.svc`, `web.shop.svc.cluster.local`, and names of pods below. */
function readName(host: string, home: string, atlas: Atlas): { readonly name: string; readonly namespace: string } {
  const bare = host.toLowerCase().replace(/\.$/, "");
  const own = bare.replace(new RegExp(`\\.svc(\\.${atlas.world.facts.domain.replaceAll(".", "\\.")})?$`), "");
  const labels = own.split(".");
  if (own !== bare) return { name: labels.at(-2) ?? own, namespace: labels.at(-1) ?? home };
  return labels.length === 1
    ? { name: own, namespace: home }
    : { name: labels.at(-2) ?? own, namespace: labels.at(-1) ?? home };
}

/** A pod's resolver completes names; nobody does so outside. */
const isWholeEnough = (host: string, home: string | undefined, atlas: Atlas): boolean =>
  home !== undefined || host.toLowerCase().replace(/\.$/, "").endsWith(`.svc.${atlas.world.facts.domain}`);
