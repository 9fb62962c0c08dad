import type { Cors, Header, HeaderChanges } from "../route-filters.ts";
import type { Answer } from "./answer.ts";
import { noChanges } from "./header-changes.ts";

interface Asking {
  readonly method: string;
  readonly header: (name: string) => string | undefined;
}

/**
 * The answer to OPTIONS of an origin that may ask: to every OPTIONS, as ingress-nginx has it, and not only those with
 * Access-Control-Request-Method. Undefined where the backend is to answer. Its CORS headers are those of every response.
 */
export function preflightAnswer(cors: Cors, asking: Asking): Answer | undefined {
  if (asking.method !== "OPTIONS" || allowedOrigin(cors, asking) === undefined) return undefined;
  return { status: 204, headers: [], because: "AnswersPreflight" };
}

/** What every response says of origins, in place of what the backend says. Source: the Fetch standard, CORS protocol. */
export function corsHeaders(cors: Cors, asking: Asking): HeaderChanges {
  const origin = allowedOrigin(cors, asking);
  // A cache must not hand one origin's answer to another, not even the answer that names none.
  const vary: readonly Header[] = cors.origins.includes("*") ? [] : [{ name: "vary", value: "Origin" }];
  if (origin === undefined) return { ...noChanges, add: vary };
  const lists = [
    ["access-control-allow-methods", cors.methods],
    ["access-control-allow-headers", cors.headers],
    ["access-control-expose-headers", cors.exposed],
  ] as const;
  return {
    remove: [],
    set: [
      { name: "access-control-allow-origin", value: origin },
      ...(cors.credentials ? [{ name: "access-control-allow-credentials", value: "true" }] : []),
      ...lists.flatMap(([name, values]) => (values.length === 0 ? [] : [{ name, value: values.join(", ") }])),
      { name: "access-control-max-age", value: `${cors.maxAgeSeconds}` },
    ],
    add: vary,
  };
}

/** What Access-Control-Allow-Origin says: `*`, or the origin that asks. */
function allowedOrigin({ origins }: Cors, { header }: Asking): string | undefined {
  if (origins.includes("*")) return "*";
  const origin = header("origin");
  return origin !== undefined && origins.some((one) => fits(one, origin)) ? origin : undefined;
}

/** `*.` stands for one label, as in ingress-nginx. Schemes and hosts know no case. */
function fits(pattern: string, origin: string): boolean {
  const [wanted, given] = [pattern.toLowerCase(), origin.toLowerCase()];
  const star = wanted.indexOf("*");
  if (star === -1) return wanted === given;
  const [before, behind] = [wanted.slice(0, star), wanted.slice(star + 1)];
  if (given.length <= before.length + behind.length || !given.startsWith(before) || !given.endsWith(behind))
    return false;
  return /^[a-z0-9-]+$/.test(given.slice(before.length, given.length - behind.length));
}
