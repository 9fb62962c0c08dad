/** A value from an object, as messages quote it: what can't be seen is escaped, and it is cut at 200 characters. */
export function quoted(value: string): string {
  const text = JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return text.length <= 200 ? text : `${text.slice(0, 199)}…"`;
}

/** A name from an object, as messages show it: as it is where it could be one, else quoted. */
export const shownName = (name: string): string => (/^[\w.:/-]{1,200}$/.test(name) ? name : quoted(name));
