import { explain } from "../../reasons.ts";
import type { PassedOver } from "../../routes/explain-route.ts";
import type { Finding, Origin, PathMatch, Route } from "../../routes/route-table.ts";
import type { Evidence } from "../story.ts";

/** `Ingress default/web`. */
export const objectOf = ({ kind, name }: Origin): string => `${kind} ${name}`;

/** `Prefix /shop`. */
export function showPath({ kind, value }: PathMatch): string {
  if (kind === "pattern") return `pattern ${value}`;
  return kind === "exact" ? `Exact ${value}` : `Prefix ${value === "" ? "/" : value}`;
}

/** `shop.example.com` of a host, `any host` of `*`. */
export const showHost = (host: string): string => (host === "*" ? "any host" : host);

/** The field of an Ingress that a route comes from, and what it says. */
export const routeEvidence = ({ origin, host, match }: Route): Evidence => ({
  object: objectOf(origin),
  field: origin.field,
  value: `${showPath(match.path)} of ${showHost(host)}`,
});

export const findingEvidence = (finding: Finding): Evidence => ({
  object: objectOf(finding.origin),
  field: finding.origin.field,
  value: messageOf(finding),
});

/** What is wrong, without the field that stands before it in an event. */
export function messageOf({ origin, message }: Finding): string {
  const [, annotation] = /^metadata\.annotations\[(.*)\]$/.exec(origin.field) ?? [];
  const before = [origin.field, annotation].find((one) => one !== undefined && message.startsWith(`${one}: `));
  return before === undefined ? message : message.slice(before.length + 2);
}

/** Those that nearly fit first. */
const interest: readonly PassedOver["because"][] = [
  "CaseDiffers",
  "TrailingSlashDiffers",
  "RouteHidden",
  "MethodDiffers",
  "HeaderDiffers",
  "QueryDiffers",
  "CookieDiffers",
  "RoutePrecedes",
  "PathDiffers",
];
const mostShown = 5;

export const byInterest = (others: readonly PassedOver[]): readonly PassedOver[] =>
  others.toSorted((a, b) => interest.indexOf(a.because) - interest.indexOf(b.because));

/** Why other routes of the host don't serve it, the most telling first. */
export function passedOverEvidence(others: readonly PassedOver[]): readonly Evidence[] {
  return byInterest(others)
    .slice(0, mostShown)
    .map(({ route, because, name }) => {
      const of = name === undefined ? "" : ` (${name})`;
      return {
        object: objectOf(route.origin),
        field: route.origin.field,
        value: `not ${showPath(route.match.path)}${because === "PathDiffers" ? "" : ` of ${showHost(route.host)}`}: ${explain(because)}${of}`,
      };
    });
}
