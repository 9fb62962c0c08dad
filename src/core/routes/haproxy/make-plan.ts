import type { Route, RouteTable } from "../route-table.ts";
import { sameValue } from "../same-value.ts";
import { baseSections } from "./base.ts";
import { certificatesOf } from "./certificate-files.ts";
import { printConfig, type Section } from "./config.ts";
import { ANSWERS, type Destination, printDestination, reduced, wayOf } from "./destination.ts";
import { bindings, listenerSections, PASSTHROUGHS, proxyHeaderRules, streamOptions } from "./frontend.ts";
import { type Lookups, lookupsOf } from "./lookups.ts";
import type { HaproxyPlaces, HaproxyPlan, PlanHaproxy } from "./plan.ts";
import { answerSections, CERTIFICATE_OWNERS } from "./request-rules.ts";
import { RouteNumbers } from "./route-numbers.ts";
import { type RoutingMaps, WEIGHTS } from "./routing-rules.ts";
import { SectionBook } from "./section-book.ts";
import { serversOf } from "./sections.ts";

/** A weight's share is told apart to a thousandth. */
const MOST_WEIGHT = 1000;

/** Answers that need no reload when a route first gives them. */
const COMMON_KINDS: readonly string[] = ["a404", "a500", "a503", "l301", "l302", "l307", "l308"];

export const planHaproxy: PlanHaproxy = (table, places, before, change) => {
  const endpoints = before && change && endpointsAlone(table, before, change);
  return endpoints ?? wholePlan(table, places, before);
};

function endpointsAlone(
  table: RouteTable,
  before: HaproxyPlan,
  { backends, hosts, others }: NonNullable<Parameters<PlanHaproxy>[3]>,
): HaproxyPlan | undefined {
  if (others || hosts.size > 0) return undefined;
  const sections: string[] = [];
  const servers = new Map(before.servers);
  for (const id of backends) {
    const [was, is] = [before.table.backends.get(id), table.backends.get(id)];
    if (was === undefined || is === undefined || !sameValue(was.settings, is.settings)) return undefined;
    for (const section of before.servedBy.get(id) ?? []) {
      servers.set(section, serversOf(is, section.startsWith("tcp-")));
      sections.push(section);
    }
  }
  return { ...before, servers, table, since: { servers: before.servers, sections } };
}

function wholePlan(table: RouteTable, places: HaproxyPlaces, before: HaproxyPlan | undefined): HaproxyPlan {
  const httpsPort = table.listeners.find(({ protocol }) => protocol === "HTTPS")?.port ?? 443;
  const book = new SectionBook(table, httpsPort, before);
  const weights = new Map<string, string>();
  const numbers = new RouteNumbers(before?.numbers);
  const kinds = new Set(COMMON_KINDS);
  const destinationOf = (route: Route): string => {
    const destination = { ...settle(route, book, weights), number: numbers.of(route.id) };
    if (/^[al]/.test(destination.kind)) kinds.add(destination.kind);
    return printDestination(destination);
  };
  const sets = new Map(
    [...table.routeSets.values()].map((set, index) => [set.id, { index, set, lookups: lookupsOf(set, destinationOf) }]),
  );
  const passthroughs = new Map(
    [...table.passthroughs.values()].map(({ host, backend }) => [host, book.streamSection(backend)]),
  );
  const frontends = table.listeners.flatMap((listener) => {
    const of = sets.get(listener.routes);
    if (of === undefined) return [];
    const { index, set, lookups } = of;
    const more = { hasPassthroughs: passthroughs.size > 0, wildcards: set.wildcards };
    return listenerSections({ listener, maps: mapNames(index), groupRules: lookups.rules, ...more }, places);
  });
  const streams = table.streams
    .filter(({ protocol }) => protocol === "TCP")
    .map(
      (stream): Section => ({
        ...{ kind: "frontend", name: `stream-${stream.port}` },
        directives: [
          ...streamOptions,
          ...bindings(stream.port, places, []),
          ...proxyHeaderRules({ acceptsProxyHeader: stream.acceptsProxyHeader, trusted: [] }),
          ["default_backend", book.streamSection(stream.backend)],
        ],
      }),
    );
  const settled = book.taken();
  const { certificateList, certificates, owners } = certificatesOf(table);
  return {
    config: printConfig([
      ...baseSections(places),
      ...answerSections(kinds, httpsPort),
      ...frontends,
      ...streams,
      ...settled.bodies,
    ]),
    maps: new Map([
      ...[...sets.values()].flatMap(({ index, lookups }) => mapsOf(mapNames(index), lookups)),
      [WEIGHTS, weights],
      [CERTIFICATE_OWNERS, owners],
      [PASSTHROUGHS, passthroughs],
    ]),
    servers: settled.servers,
    ...{ certificates, certificateList },
    ...{ sections: settled.sections, servedBy: settled.servedBy, spares: settled.spares },
    numbers: numbers.taken,
    table,
  };
}

/** The sections of a route are taken, and its weights noted. */
function settle(route: Route, book: SectionBook, weights: Map<string, string>): Omit<Destination, "number"> {
  const way = wayOf(route);
  const { httpsRedirect, maxBodyBytes } = route.filters;
  const common = {
    route: route.id,
    ...(httpsRedirect === undefined ? {} : { httpsRedirect: httpsRedirect.status }),
    ...(maxBodyBytes === undefined ? {} : { maxBodyBytes }),
  };
  switch (way.kind) {
    case "detour":
      return { kind: "d", route: route.id };
    case "redirect":
    case "answer":
      return { ...common, kind: `${way.kind === "answer" ? "a" : "l"}${way.status}`, to: ANSWERS, text: way.text };
    case "sections": {
      const [first] = way.needs;
      const ownRules = way.needs.some(({ need }) => need.route !== undefined);
      const said = ownRules ? { route: route.id, ...(maxBodyBytes === undefined ? {} : { maxBodyBytes }) } : common;
      const kind = "httpsRedirect" in said ? "r" : "s";
      if (way.needs.length === 1 && first !== undefined) return { ...said, kind, to: book.section(first.need) };
      const shares = reduced(
        way.needs.map(({ weight }) => Math.max(weight, 1)),
        MOST_WEIGHT,
      );
      let number = 0;
      for (const [place, { need }] of way.needs.entries()) {
        const section = book.section(need);
        for (let left = shares[place] ?? 0; left > 0; left--) weights.set(`${route.id}#${number++}`, section);
      }
      return { ...said, kind: "w", to: `${number}` };
    }
  }
}

const mapNames = (index: number): RoutingMaps => ({
  plain: `routes-${index}-plain.map`,
  exact: `routes-${index}-exact.map`,
  prefixes: `routes-${index}-prefixes.map`,
  patterns: `routes-${index}-patterns.map`,
  patterned: `routes-${index}-patterned.map`,
  members: `routes-${index}-members.map`,
});

function mapsOf(names: RoutingMaps, lookups: Lookups): readonly (readonly [string, ReadonlyMap<string, string>])[] {
  return [
    [names.plain, lookups.plain],
    [names.exact, lookups.exact],
    [names.prefixes, lookups.prefixes],
    [names.patterns, lookups.patterns],
    [names.patterned, lookups.patterned],
    [names.members, lookups.members],
  ];
}
