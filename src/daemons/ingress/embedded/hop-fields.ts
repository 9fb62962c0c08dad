import { isPassable } from "#core/routes/filters/hop-by-hop.ts";
import type { Header } from "#core/routes/route-filters.ts";
import type { Field } from "#net/http1/fields.ts";

/** What a message says of itself in other words than fields, and what only proxies on this way are told. */
const saidOtherwise = new Set(["host", "content-length", "proxy-authenticate", "proxy-authorization"]);

const namesMore = (connection: readonly string[]): boolean =>
  connection.some((name) => name !== "keep-alive" && name !== "close");

/** The fields of a request that an endpoint gets: without those that end here, and those that Connection names. */
export function passedOn(fields: readonly Field[], connection: readonly string[]): readonly Field[] {
  const named = namesMore(connection);
  return fields.filter(
    ({ name }) => isPassable(name) && !saidOtherwise.has(name) && !(named && connection.includes(name)),
  );
}

/** The same of an answer; its length is kept. */
export function endToEnd(fields: readonly Field[], connection: readonly string[]): readonly Field[] {
  const named = namesMore(connection);
  return fields.filter(({ name }) => isPassable(name) && !(named && connection.includes(name)));
}

/** A header of the engine's own, or of an object, as a field. */
export const fieldOf = (header: Header): Field =>
  isField(header) ? header : { name: header.name, shown: shownName(header.name), value: header.value };

const isField = (header: Header): header is Field => "shown" in header;

/** `www-authenticate` is shown as `Www-Authenticate`: programs that look for one spelling look for this one. */
const shownName = (name: string): string => {
  const known = shownNames.get(name);
  if (known !== undefined) return known;
  const shown = name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
  if (shownNames.size < mostShownNames) shownNames.set(name, shown);
  return shown;
};
const shownNames = new Map<string, string>();
const mostShownNames = 1024;
