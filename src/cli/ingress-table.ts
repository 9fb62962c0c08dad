import { type Ingress, ingresses } from "#api/networking/ingress.ts";
import type { Manifest } from "#client/apply.ts";
import { informer } from "#client/informer.ts";
import type { Transport } from "#client/transport.ts";
import { wantsTls } from "#core/routes/ingress-host.ts";
import { showHost } from "#net/http1/authority.ts";
import type { Address } from "./addresses.ts";
import { alignColumns } from "./columns.ts";
import { type Standpoint, tryAddresses } from "./standpoint.ts";

export interface IngressTableOptions {
  readonly standpoint: Standpoint;
  /** How long an Ingress may take to get its address: the first of a cluster brings its controller with it. */
  readonly seconds: number;
}

/** How to reach each host and path of the Ingresses of the manifests, with the answer that a real request has just been given. */
export async function ingressTable(
  transport: Transport,
  manifests: readonly Manifest[],
  { standpoint, seconds }: IngressTableOptions,
): Promise<string> {
  const names = manifests
    .filter(({ kind }) => kind.kind === ingresses.kind)
    .map(({ namespace, name }) => `${namespace}/${name}`);
  if (names.length === 0) return "";
  const current = await withAddresses(transport, new Set(names), seconds);
  const wanted = current.flatMap((ingress) => urlsOf(ingress).map((url) => ({ ingress, url, at: addressOf(ingress) })));
  const asked = wanted.map(({ url, at, ingress }) => ({
    address: at === undefined ? undefined : tried(url, at, ingress),
  }));
  const answers = await tryAddresses(
    asked.flatMap(({ address }) => address ?? []),
    standpoint,
  );
  const rows = wanted.map(({ ingress, url, at }, index) => {
    const { address } = asked[index] ?? {};
    const answer = address === undefined ? "nobody has given it an address" : (answers.get(address) ?? "");
    return [titleOf(ingress), showUrl(url, at), at ?? "", answer];
  });
  return alignColumns([["INGRESS", "URL", "ADDRESS", "ANSWER"], ...rows]);
}

/** They as they are when all have addresses, or after so long. */
async function withAddresses(
  transport: Transport,
  names: ReadonlySet<string>,
  seconds: number,
): Promise<readonly Ingress[]> {
  const followed = informer(transport, ingresses);
  const own = () => followed.list().filter(({ metadata }) => names.has(`${metadata.namespace}/${metadata.name}`));
  const all = Promise.withResolvers<void>();
  followed.onChange(() => {
    if (own().filter((one) => addressOf(one) !== undefined).length === names.size) all.resolve();
  });
  followed.start();
  const late = setTimeout(all.resolve, seconds * 1000);
  await all.promise;
  clearTimeout(late);
  followed.stop();
  return own();
}

const addressOf = ({ status }: Ingress): string | undefined =>
  status.loadBalancer.ingress?.map(({ ip, hostname }) => ip ?? hostname).find((one) => one !== undefined);

interface Url {
  readonly scheme: "http" | "https";
  /** "" where it may be whatever one likes. */
  readonly host: string;
  readonly path: string;
}

function urlsOf({ spec }: Ingress): readonly Url[] {
  const { rules = [], defaultBackend } = spec;
  const urls = rules.flatMap(({ host = "", http }) =>
    (http?.paths ?? []).map(({ path = "/" }): Url => ({ scheme: schemeOf(host, spec), host, path })),
  );
  const anywhere: Url = { scheme: schemeOf("", spec), host: "", path: "/" };
  return urls.length === 0 && defaultBackend !== undefined ? [anywhere] : urls;
}

const schemeOf = (host: string, spec: Ingress["spec"]): Url["scheme"] => (wantsTls(host, spec) ? "https" : "http");

/** A wildcard is shown as it is, for all names that fit. */
const showUrl = ({ scheme, host, path }: Url, at = "ADDRESS"): string =>
  `${scheme}://${host === "" ? showHost(at) : host}${path}`;

/** By HTTP, also where a certificate is: what is told then is where the request is sent. */
const tried = ({ host, path }: Url, at: string, ingress: Ingress): Address => ({
  service: titleOf(ingress),
  via: "Ingress",
  host: host === "" ? at : host.replace(/^\*/, "any"),
  at,
  port: 80,
  path: path.startsWith("/") && !/[()*|\\^$]/.test(path) ? path : "/",
  protocol: "TCP",
  from: "this machine, pods",
});

const titleOf = ({ metadata }: Ingress): string =>
  metadata.namespace === "default" ? metadata.name : `${metadata.namespace}/${metadata.name}`;
