import { RCODE } from "./message.ts";
import { lowerName, type Name } from "./name.ts";
import { type Content, emptyContent } from "./query.ts";
import { type Rdata, type ResourceRecord, TYPE, typeNumber } from "./record.ts";
import type { Zone } from "./zone.ts";
import { CLUSTER_TTL_SECONDS, type Found, soa } from "./zone-apex.ts";

/** How many aliases are followed, here and in what others answer. */
export const MAX_ALIASES = 10;

/** What the cluster has to say to a question. */
export type Answer =
  /** `turns`: it has records whose order changes from answer to answer, so that clients spread. */
  | { readonly kind: "complete"; readonly content: Content; readonly turns: boolean }
  /** Aliases that lead out of the cluster: what `target` has must be asked elsewhere. */
  | { readonly kind: "leads out"; readonly aliases: readonly ResourceRecord[]; readonly target: Name }
  /** The name is none of the cluster's. */
  | { readonly kind: "not ours" };

/** Answers a question of class IN. `turn` is any whole number; the next one puts the next address first. */
export function answer(zone: Zone, question: { readonly name: Name; readonly type: number }, turn: number): Answer {
  const { type } = question;
  const aliases: ResourceRecord[] = [];
  let owner = question.name;
  for (let step = 0; step <= MAX_ALIASES; step++) {
    const found = find(zone, lowerName(owner), type);
    if (found.kind === "outside")
      return aliases.length === 0 ? { kind: "not ours" } : { kind: "leads out", aliases, target: owner };
    if (found.kind === "absent") return complete(negative(zone, found, { rcode: RCODE.NXDOMAIN, aliases }));
    const alias = found.records.find((rdata) => rdata.type === "CNAME");
    if (alias === undefined || type === TYPE.CNAME || type === TYPE.ANY) {
      const matching = type === TYPE.ANY ? [anyAnswer] : found.records.filter((rdata) => typeNumber(rdata) === type);
      if (matching.length === 0) return complete(negative(zone, found, { rcode: RCODE.NOERROR, aliases }));
      return positive(zone, { aliases, owner, records: turned(matching, turn) });
    }
    aliases.push(record(owner, alias));
    owner = alias.target;
  }
  return complete(emptyContent(RCODE.SERVFAIL));
}

/** What leads clients to a host. Whose mail a domain takes, and the like, is asked elsewhere also where an Ingress has its name. */
const reaching: ReadonlySet<number> = new Set([TYPE.A, TYPE.AAAA, TYPE.HTTPS, TYPE.SVCB, TYPE.ANY]);

function find(zone: Zone, name: Name, type: number): Found {
  const found = zone.find(name);
  return found.kind === "outside" && reaching.has(type) ? zone.findHost(name) : found;
}

/** All that may be said of a name to who asks for everything: little, so that nobody can be flooded with it (RFC 8482). */
const anyAnswer: Rdata = { type: "HINFO", texts: ["RFC8482", ""] };

const record = (name: Name, rdata: Rdata): ResourceRecord => ({ name, ttlSeconds: CLUSTER_TTL_SECONDS, rdata });

const complete = (content: Content, turns = false): Answer => ({ kind: "complete", content, turns });

const turned = <T>(list: readonly T[], turn: number): readonly T[] => {
  const first = turn % list.length;
  return first === 0 ? list : [...list.slice(first), ...list.slice(0, first)];
};

interface Matching {
  readonly aliases: readonly ResourceRecord[];
  readonly owner: Name;
  readonly records: readonly Rdata[];
}

function positive(zone: Zone, { aliases, owner, records }: Matching): Answer {
  const answers = [...aliases, ...records.map((rdata) => record(owner, rdata))];
  const targets = new Set(records.flatMap((rdata) => (rdata.type === "SRV" ? [rdata.target] : [])));
  const additionals = [...targets].flatMap((target) => addresses(zone, target));
  const content = { rcode: RCODE.NOERROR, authoritative: true, answers, authorities: [], additionals };
  return complete(content, records.length > 1);
}

// Clients of SRV ask for the target's addresses next (RFC 2782).
function addresses(zone: Zone, target: Name): readonly ResourceRecord[] {
  const found = zone.find(target);
  const records = found.kind === "present" ? found.records : [];
  return records.filter(({ type }) => type === "A" || type === "AAAA").map((rdata) => record(target, rdata));
}

function negative(
  zone: Zone,
  { apex }: Exclude<Found, { kind: "outside" }>,
  { rcode, aliases }: { readonly rcode: number; readonly aliases: readonly ResourceRecord[] },
): Content {
  return {
    rcode,
    authoritative: true,
    answers: aliases,
    authorities: [record(apex, soa(zone.domain))],
    additionals: [],
  };
}
