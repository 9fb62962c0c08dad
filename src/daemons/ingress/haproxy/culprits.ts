/** What is looked for: which of many objects is not fit to be served. */
export interface Search {
  /** The oldest first: of two that do not go together the younger one is found. */
  readonly objects: readonly string[];
  /** Whether these could be served together. */
  readonly isFit: (objects: readonly string[]) => Promise<boolean>;
  /** More than so many are not looked for. */
  readonly most: number;
  /** Each look is a run of HAProxy: after so many milliseconds no further culprit is looked for. */
  readonly patienceMs: number;
}

/**
 * The objects without which all others could be served, each found by halving; undefined where it isn't a matter of objects, or of too many of
 * them.
 */
export async function findCulprits({
  objects,
  isFit,
  most,
  patienceMs,
}: Search): Promise<readonly string[] | undefined> {
  const deadline = performance.now() + patienceMs;
  if ((await isFit(objects)) || !(await isFit([]))) return undefined;
  const culprits: string[] = [];
  for (let left = objects; ; ) {
    const culprit = await firstCulprit(left, isFit);
    if (culprit === undefined) return undefined;
    culprits.push(culprit);
    left = left.filter((one) => one !== culprit);
    if (await isFit(left)) return culprits;
    if (culprits.length >= most || performance.now() > deadline) return undefined;
  }
}

async function firstCulprit(objects: readonly string[], isFit: Search["isFit"]): Promise<string | undefined> {
  let fit = 0;
  let unfit = objects.length;
  while (unfit - fit > 1) {
    const middle = Math.floor((fit + unfit) / 2);
    if (await isFit(objects.slice(0, middle))) fit = middle;
    else unfit = middle;
  }
  return objects[unfit - 1];
}
