/** What each watch may rely on, held against all that was seen. Source: etcd's watch API guarantees; "API concepts" of Kubernetes. */

/** An object as it was seen. */
export interface Sight {
  readonly name: string;
  /** What the write that made it was called. */
  readonly value: string;
  /** Whether selective watches are to see it. */
  readonly isChosen: boolean;
}
export type Message =
  | { readonly type: "ADDED" | "MODIFIED" | "DELETED"; readonly revision: number; readonly sight: Sight }
  | { readonly type: "BOOKMARK"; readonly revision: number };

/** One watch from its beginning to its end. */
export interface Seen {
  readonly id: string;
  readonly isSelective: boolean;
  /** What was there when it began, by a list or by its own initial events. */
  readonly begin: { readonly revision: number; readonly present: readonly Sight[] | undefined };
  readonly messages: readonly Message[];
}

/** A write that was answered. */
export interface Answered {
  readonly revision: number;
  readonly sight: Sight;
  /** The highest that anybody had been answered when it was sent. */
  readonly above: number;
}

/** What is wrong; empty where every guarantee was kept. */
export function violations(seen: readonly Seen[], answered: readonly Answered[]): readonly string[] {
  const truth = truthOf(seen);
  return [
    ...truth.contradictions,
    ...answered.flatMap((write) => writeViolations(write, truth.changes)),
    ...seen.flatMap((one) => [...orderViolations(one), ...contentViolations(one, truth.changes)]),
  ];
}

interface Change {
  readonly revision: number;
  readonly name: string;
  /** undefined: gone. */
  readonly sight: Sight | undefined;
}

/** What happened, by all that those were told who see everything. */
function truthOf(seen: readonly Seen[]): {
  readonly changes: ReadonlyMap<number, Change>;
  readonly contradictions: readonly string[];
} {
  const changes = new Map<number, Change>();
  const contradictions: string[] = [];
  for (const { id, messages } of seen.filter(({ isSelective }) => !isSelective))
    for (const message of messages) {
      if (message.type === "BOOKMARK") continue;
      const { revision, sight, type } = message;
      const change = { revision, name: sight.name, sight: type === "DELETED" ? undefined : sight };
      const before = changes.get(revision);
      if (before !== undefined && show(before) !== show(change))
        contradictions.push(`${id}: ${show(change)}, but others saw ${show(before)}`);
      changes.set(revision, change);
    }
  return { changes: new Map([...changes].toSorted(([a], [b]) => a - b)), contradictions };
}

const show = ({ revision, name, sight }: Change): string => `${name} at ${revision} ${sight?.value ?? "gone"}`;

function writeViolations(
  { revision, sight, above }: Answered,
  changes: ReadonlyMap<number, Change>,
): readonly string[] {
  if (revision <= above) return [`${sight.value} was answered ${revision} after ${above} had been`];
  const found = changes.get(revision);
  if (found?.sight?.value === sight.value) return [];
  return [
    `${sight.value} was answered ${revision}, where ${found === undefined ? "nobody saw anything" : show(found)}`,
  ];
}

/** Ordered and unique; a bookmark is behind nothing that was told before it. */
function* orderViolations({ id, begin, messages }: Seen): Iterable<string> {
  let last = begin.revision;
  for (const { type, revision } of messages) {
    if (type === "BOOKMARK" ? revision < last : revision <= last) yield `${id}: ${type} ${revision} came after ${last}`;
    last = Math.max(last, revision);
  }
}

/** Reliable, also across bookmarks; each event is of the type that follows from what was there before, and shows what was there. */
function* contentViolations(
  { id, isSelective, begin, messages }: Seen,
  changes: ReadonlyMap<number, Change>,
): Iterable<string> {
  const reached = messages.at(-1)?.revision ?? begin.revision;
  const present = new Map<string, Sight>();
  const isSeen = (sight: Sight | undefined): sight is Sight => sight !== undefined && (!isSelective || sight.isChosen);
  const wanted: string[] = [];
  let isBegun = false;
  const beginAt = function* (): Iterable<string> {
    isBegun = true;
    const shown = (all: Iterable<Sight>): string =>
      [...all]
        .filter(isSeen)
        .map(({ name, value }) => `${name}=${value}`)
        .toSorted()
        .join(" ");
    if (begin.present !== undefined && shown(begin.present) !== shown(present.values()))
      yield `${id}: began at ${begin.revision} with ${shown(begin.present)} instead of ${shown(present.values())}`;
  };
  for (const { revision, name, sight } of changes.values()) {
    if (revision > reached) break;
    if (revision > begin.revision && !isBegun) yield* beginAt();
    const before = present.get(name);
    if (sight === undefined) present.delete(name);
    else present.set(name, sight);
    if (revision <= begin.revision) continue;
    const [was, is] = [isSeen(before), isSeen(sight)];
    if (is && sight !== undefined)
      wanted.push(`${was ? "MODIFIED" : "ADDED"} ${revision} ${sight.name}=${sight.value}`);
    else if (was && before !== undefined) wanted.push(`DELETED ${revision} ${before.name}=${before.value}`);
  }
  if (!isBegun) yield* beginAt();
  const told = messages.flatMap((message) => {
    if (message.type === "BOOKMARK") return [];
    const { type, revision, sight } = message;
    return `${type} ${revision} ${sight.name}=${sight.value}`;
  });
  for (const one of wanted) if (!told.includes(one)) yield `${id}: was not told ${one}`;
  for (const one of told) if (!wanted.includes(one)) yield `${id}: was told ${one}`;
}
