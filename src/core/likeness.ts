/** The word that `wanted` may have been meant to be: at most two letters differ; undefined where none is that close. */
export function closest(wanted: string, words: readonly string[]): string | undefined {
  const [best] = words
    .filter(({ length }) => Math.abs(length - wanted.length) <= 2)
    .map((word) => ({ word, apart: distance(wanted, word) }))
    .filter(({ word, apart }) => apart > 0 && apart <= 2 && apart < word.length / 2)
    .toSorted((a, b) => a.apart - b.apart || (a.word < b.word ? -1 : 1));
  return best?.word;
}

/** How many letters must be put in, taken out, changed or swapped with the next to make one word of the other (Damerau). */
export function distance(a: string, b: string): number {
  let before: readonly number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      const changed = (row[j] ?? 0) + (letter === other ? 0 : 1);
      const isSwapped = i > 0 && j > 0 && letter === b[j - 1] && a[i - 1] === other;
      const swapped = isSwapped ? (before[j - 1] ?? 0) + 1 : changed;
      next.push(Math.min(changed, swapped, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    [before, row] = [row, next];
  }
  return row[b.length] ?? 0;
}
