import type { Cidr } from "#net/cidr.ts";
import type { IpFamily } from "#net/ip.ts";
import { type Protocol, wireName } from "#net/port.ts";
import type { Case, Frontend, Origin } from "../services/service-map.ts";
import type { ChainBook } from "./chain-book.ts";
import { type Chain, type Draw, type Match, numeral, type Rule, type Statement } from "./table.ts";

/** The first seat of the endpoints on this node; those of the whole cluster sit from 0. */
export const nodeSeats = 32_768;

/**
 * The fewest lists of matches of which one holds exactly for clients of these origins: pods first, then the node, then the rest, as
 * `Frontend.cases` has it. Without a block of pods nobody is one.
 */
function sourcesOf(origins: readonly Origin[], pods: readonly Cidr[]): readonly (readonly Match[])[] {
  if (origins.length === 3) return [[]];
  const notPod: readonly Match[] = pods.length === 0 ? [] : [{ is: "from", in: pods, not: true }];
  if (origins.length === 2 && !origins.includes("pod")) return [notPod];
  return origins.flatMap((origin): readonly (readonly Match[])[] => {
    if (origin !== "pod") return [[...notPod, { is: "fromLocal", not: origin === "outside" }]];
    return pods.length === 0 ? [] : [[{ is: "from", in: pods, not: false }]];
  });
}

interface Group {
  /** As it stands in the chain's name. */
  readonly label: string;
  readonly origins: readonly Origin[];
}

function groupBy(cases: readonly Case[], labelOf: (one: Case) => string | undefined): readonly Group[] {
  const groups = new Map<string, Origin[]>();
  for (const one of cases) {
    const label = labelOf(one);
    if (label !== undefined) groups.set(label, [...(groups.get(label) ?? []), one.from]);
  }
  return [...groups].map(([label, origins]) => ({ label, origins }));
}

function drawOf({ verdict }: Case): Draw | undefined {
  if (verdict.kind !== "forward") return undefined;
  return { first: verdict.pool.scope === "cluster" ? 0 : nodeSeats, count: verdict.pool.members.length };
}

const drawLabel = (draw: Draw | undefined): string | undefined =>
  draw && `${draw.first === nodeSeats ? "local-" : ""}${draw.count}`;

const nameOfGroups = (groups: readonly Group[]): string =>
  groups.map(({ label, origins }) => (origins.length === 3 ? label : `${origins.join("-")}-${label}`)).join("-");

/**
 * The chain that receives a frontend's new connections; undefined where nobody is sent anywhere.
 * `pick4-tcp-3-masquerade-outside`: three endpoints for everybody, clients from outside get the node's address.
 */
export function pickChain(frontend: Frontend, pods: readonly Cidr[], book: ChainBook): Chain | undefined {
  const { family, protocol, affinitySeconds: seconds } = frontend;
  const groups = groupBy(frontend.cases, (one) => drawLabel(drawOf(one)));
  if (groups.length === 0) return undefined;
  const marked = frontend.cases.filter(
    ({ verdict, masquerade }) => verdict.kind === "forward" && masquerade === "always",
  );
  const origins = marked.map(({ from }) => from);
  const name = [
    `pick${numeral(family)}-${wireName(protocol)}-${nameOfGroups(groups)}`,
    ...(origins.length > 0 ? [`masquerade-${origins.join("-")}`] : []),
    ...(seconds > 0 ? [`sticky-${seconds}`] : []),
    ...(isRestricted(frontend) ? ["restricted"] : []),
  ].join("-");
  return book.chain(name, "services", () => {
    const marking = origins.length === 0 ? [] : sourcesOf(origins, pods).map((when) => rule(when, { do: "mark" }));
    const picking = groups.flatMap((group) => {
      const draw = frontend.cases.filter(({ from }) => group.origins.includes(from)).map(drawOf)[0];
      if (draw === undefined) return [];
      return sourcesOf(group.origins, pods).flatMap((when) => pickRules(when, { family, protocol, draw, seconds }));
    });
    return [...restriction(frontend), ...marking, ...picking];
  });
}

interface Pick {
  readonly family: IpFamily;
  readonly protocol: Protocol;
  readonly draw: Draw;
  readonly seconds: number;
}

// With affinity: whom did this client have? If that one is still there, again; else draw, remember, go. The endpoint's number is
// noted in the packet's priority, which forwarding overwrites anyway, so that no firewall mark of anybody's is touched.
function pickRules(when: readonly Match[], { family, protocol, draw, seconds }: Pick): readonly Rule[] {
  if (seconds === 0) return [rule(when, { do: "dnatDrawn", family, protocol, draw })];
  return [
    rule(when, { do: "recall", family, seconds }),
    rule(when, { do: "dnatNoted", family, protocol }),
    rule(when, { do: "forget", family }),
    rule(when, { do: "draw", family, draw }),
    rule(when, { do: "remember", family, seconds }),
    rule(when, { do: "dnatNoted", family, protocol }),
  ];
}

/** The chain that refuses a frontend's new connections; undefined where nobody is refused. */
export function refusalChain(frontend: Frontend, pods: readonly Cidr[], book: ChainBook): Chain | undefined {
  const groups = groupBy(frontend.cases, ({ verdict }) => (verdict.kind === "forward" ? undefined : verdict.kind));
  if (groups.length === 0) return undefined;
  const restricted = isRestricted(frontend) ? "-restricted" : "";
  const name = `refuse${numeral(frontend.family)}-${nameOfGroups(groups)}${restricted}`;
  return book.chain(name, "refusals", () => [
    ...restriction(frontend),
    ...groups.flatMap(({ label, origins }) =>
      sourcesOf(origins, pods).flatMap((when) => (label === "drop" ? [rule(when, { do: "drop" })] : rejectRules(when))),
    ),
  ]);
}

const isRestricted = ({ sources }: Frontend): boolean => sources.kind === "ranges";

// Whom the Service doesn't let in hears nothing, whether there are endpoints or not. It stands in the chains of such Services alone, so
// nobody else pays for it.
const restriction = (frontend: Frontend): readonly Rule[] =>
  isRestricted(frontend) ? [rule([{ is: "admitted", family: frontend.family, not: true }], { do: "drop" })] : [];

/** A TCP client hears a reset, others an ICMP error: both become ECONNREFUSED. */
export const rejectRules = (when: readonly Match[]): readonly Rule[] => [
  rule([...when, { is: "tcp" }], { do: "reject", with: "tcpReset" }),
  rule(when, { do: "reject", with: "portUnreachable" }),
];

export const rule = (when: readonly Match[], ...then: readonly Statement[]): Rule => ({ when, then });
