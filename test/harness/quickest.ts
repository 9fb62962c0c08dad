/** The shortest of five runs, in milliseconds: a machine that has other work makes a run longer, and none shorter. */
export function quickest(act: () => void): number {
  const runs = Array.from({ length: 5 }, () => {
    const begin = performance.now();
    act();
    return performance.now() - begin;
  });
  return Math.min(...runs);
}
