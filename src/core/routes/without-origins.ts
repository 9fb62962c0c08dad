import type { HostRoutes, Origin, RouteSet, RouteTable } from "./route-table.ts";

/** Names the object of an origin, whichever of its fields. */
export const objectOf = ({ kind, name }: Origin): string => `${kind} ${name}`;

/** Every object that something in the table comes from, by `objectOf`, the oldest route's first. */
export function originsOf(table: RouteTable): ReadonlyMap<string, Origin> {
  const routes = [...table.routeSets.values()].flatMap(({ hosts }) =>
    [...hosts.values()].flatMap((host) => [...host.routes, ...host.shadowed.map(({ route }) => route)]),
  );
  const origins = [
    ...routes.toSorted((a, b) => (a.seniority < b.seniority ? -1 : 1)),
    ...table.certificates.byHost.values(),
    ...table.passthroughs.values(),
    ...table.streams,
  ].map(({ origin }) => origin);
  return new Map(
    origins
      .toReversed()
      .map((origin): [string, Origin] => [objectOf(origin), origin])
      .toReversed(),
  );
}

/** The table as it would be without these objects (`objectOf`); routes that one of them has hidden are not shown by that. */
export function withoutOrigins(table: RouteTable, objects: ReadonlySet<string>): RouteTable {
  const stays = ({ origin }: { readonly origin: Origin }): boolean => !objects.has(objectOf(origin));
  const ofHost = (host: HostRoutes): HostRoutes => ({
    host: host.host,
    routes: host.routes.filter(stays),
    shadowed: host.shadowed.filter(({ route }) => stays(route)),
  });
  const ofSet = (set: RouteSet): RouteSet => ({
    ...set,
    hosts: new Map([...set.hosts].map(([pattern, host]) => [pattern, ofHost(host)])),
  });
  const { byHost, fallback } = table.certificates;
  return {
    ...table,
    routeSets: new Map([...table.routeSets].map(([id, set]) => [id, ofSet(set)])),
    certificates: {
      byHost: new Map([...byHost].filter(([, certificate]) => stays(certificate))),
      fallback: fallback !== undefined && stays(fallback) ? fallback : undefined,
    },
    passthroughs: new Map([...table.passthroughs].filter(([, passthrough]) => stays(passthrough))),
    streams: table.streams.filter(stays),
  };
}
