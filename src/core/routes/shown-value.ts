const mostBytes = 200;

/** A value of somebody's object as messages show it: quoted, printable ASCII alone, at most 200 bytes of it. */
export function showValue(text: string): string {
  let shown = "";
  for (const letter of text) {
    const next = escapeLetter(letter);
    if (shown.length + next.length > mostBytes) return `"${shown}"…`;
    shown += next;
  }
  return `"${shown}"`;
}

function escapeLetter(letter: string): string {
  if (letter === '"' || letter === "\\") return `\\${letter}`;
  if (/^[\x20-\x7e]$/.test(letter)) return letter;
  const code = letter.codePointAt(0) ?? 0;
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`;
}

/** A name from somebody's object: as it is where it could be one, else as a value. */
export const shownName = (name: string): string => (/^[\w.:/-]{1,200}$/.test(name) ? name : showValue(name));
