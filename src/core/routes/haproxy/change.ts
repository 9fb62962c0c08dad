import { sameValue } from "../same-value.ts";
import type { HaproxyChange, HaproxyPlan, HaproxyServer, HaproxyStep } from "./plan.ts";

/** Maps whose lines are tried one after the other. */
const isOrdered = (map: string): boolean => map.endsWith("-patterns.map");

/** What makes a HAProxy that serves `before` serve `after`. */
export function change(before: HaproxyPlan, after: HaproxyPlan): HaproxyChange {
  const because = reloadReason(before, after);
  if (because !== undefined) return { kind: "reload", because };
  const servers = serverSteps(before, after);
  const certificates = certificateSteps(before, after);
  const maps = mapSteps(before, after);
  return {
    kind: "steps",
    steps: [...certificates.coming, ...servers.coming, ...maps, ...servers.going, ...certificates.going],
  };
}

function reloadReason(before: HaproxyPlan, after: HaproxyPlan): string | undefined {
  if (before.certificateList[0]?.file !== after.certificateList[0]?.file)
    return "the certificate shown to everybody else";
  if (before.config === after.config) return undefined;
  if (before.spares !== after.spares) return "more sections for backends";
  return "what only a configuration says";
}

interface Steps {
  readonly coming: readonly HaproxyStep[];
  readonly going: readonly HaproxyStep[];
}

function serverSteps(before: HaproxyPlan, after: HaproxyPlan): Steps {
  const coming: HaproxyStep[] = [];
  const going: HaproxyStep[] = [];
  if (before.servers === after.servers) return { coming, going };
  if (after.since?.servers === before.servers) {
    for (const section of after.since.sections) {
      const [was = [], is = []] = [before.servers.get(section), after.servers.get(section)];
      compareServers({ section, was, is }, coming, going);
    }
    return { coming, going };
  }
  for (const [section, is] of after.servers) {
    const was = before.servers.get(section) ?? [];
    if (was !== is) compareServers({ section, was, is }, coming, going);
  }
  for (const [section, was] of before.servers) {
    if (!after.servers.has(section)) compareServers({ section, was, is: [] }, coming, going);
  }
  return { coming, going };
}

interface SectionServers {
  readonly section: string;
  readonly was: readonly HaproxyServer[];
  readonly is: readonly HaproxyServer[];
}

function compareServers({ section, was, is }: SectionServers, coming: HaproxyStep[], going: HaproxyStep[]): void {
  const old = new Map(was.map((server) => [server.name, server]));
  for (const server of is) {
    const known = old.get(server.name);
    old.delete(server.name);
    if (known === undefined) coming.push({ kind: "addServer", section, server });
    else if (known.weight !== server.weight) coming.push({ kind: "setWeight", section, server });
  }
  for (const server of old.values()) going.push({ kind: "retireServer", section, server });
}

function certificateSteps(before: HaproxyPlan, after: HaproxyPlan): Steps {
  const coming: HaproxyStep[] = [];
  const going: HaproxyStep[] = [];
  if (before.certificateList === after.certificateList) return { coming, going };
  const old = new Set(before.certificateList.map(({ file }) => file));
  for (const { file, hosts } of after.certificateList) {
    const pem = after.certificates.get(file);
    if (!old.delete(file) && pem !== undefined) coming.push({ kind: "addCertificate", file, pem, hosts });
  }
  for (const file of old) going.push({ kind: "removeCertificate", file });
  return { coming, going };
}

/** What is found is there before it is looked for: weights and members first, and what goes goes in the other order. */
function mapSteps(before: HaproxyPlan, after: HaproxyPlan): readonly HaproxyStep[] {
  if (before.maps === after.maps) return [];
  const coming: HaproxyStep[] = [];
  const going: HaproxyStep[] = [];
  for (const [map, is] of [...after.maps].toSorted(([a], [b]) => rank(a) - rank(b))) {
    const was = before.maps.get(map) ?? new Map<string, string>();
    if (isOrdered(map) ? !sameLines(was, is) : false) coming.push({ kind: "replaceMap", map, lines: is });
    if (!isOrdered(map)) compareMaps({ map, was, is }, coming, going);
  }
  return [...coming, ...going.toReversed()];
}

const rank = (map: string): number => (map === "weights.map" || map.endsWith("-members.map") ? 0 : 1);

const sameLines = (a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean =>
  a.size === b.size && sameValue([...a], [...b]);

interface MapLines {
  readonly map: string;
  readonly was: ReadonlyMap<string, string>;
  readonly is: ReadonlyMap<string, string>;
}

/** Long keys come before short ones, and go after them: the path that a key is for is never left to a wider one meanwhile. */
function compareMaps({ map, was, is }: MapLines, coming: HaproxyStep[], going: HaproxyStep[]): void {
  for (const [key, value] of [...is].toSorted(([a], [b]) => b.length - a.length)) {
    const known = was.get(key);
    if (known === undefined) coming.push({ kind: "addMap", map, key, value });
    else if (known !== value) coming.push({ kind: "setMap", map, key, value });
  }
  const gone = [...was.keys()].filter((key) => !is.has(key));
  for (const key of gone.toSorted((a, b) => b.length - a.length)) going.push({ kind: "deleteMap", map, key });
}
