/** What a pattern can't be read with, or can't be run in bounded time; the words follow the name of its field. Undefined: it is fine. */
export function patternProblem(pattern: string): string | undefined {
  if (pattern.length > maxPatternLength) return `is longer than ${maxPatternLength} characters`;
  if (!/^[\x20-\x7e]*$/.test(pattern)) return "has characters that no path has";
  return undefined;
}

const maxPatternLength = 512;
