/** One word of a POSIX shell, whatever the text holds (a NUL can't be: no program can be given one). */
export const quote = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** A command of a POSIX shell from a vector. */
export const quoteAll = (words: readonly string[]): string => words.map(quote).join(" ");
