import type { Header, HeaderChanges } from "../route-filters.ts";

export const noChanges: HeaderChanges = { remove: [], set: [], add: [] };

/** The changes of all, one after the other: what a later one sets replaces what an earlier one did. */
export function inTurn(...changes: readonly (HeaderChanges | undefined)[]): HeaderChanges {
  return changes.reduce<HeaderChanges>(
    (before, next) => (next === undefined ? before : { ...followed(before, next) }),
    noChanges,
  );
}

function followed(before: HeaderChanges, next: HeaderChanges): HeaderChanges {
  const replaced = new Set([...next.remove, ...next.set.map(({ name }) => name)]);
  const kept = (headers: readonly Header[]): Header[] => headers.filter(({ name }) => !replaced.has(name));
  return {
    remove: [...new Set([...before.remove, ...next.remove])],
    set: [...kept(before.set), ...next.set],
    add: [...kept(before.add), ...next.add],
  };
}

/** The headers of a message after the changes: removed first, then set, then added. Names of `headers` may be in any case. */
export function changed(headers: readonly Header[], { remove, set, add }: HeaderChanges): readonly Header[] {
  const gone = new Set([...remove, ...set.map(({ name }) => name)]);
  return [...headers.filter(({ name }) => !gone.has(name.toLowerCase())), ...set, ...add];
}
