import { type Answer, wholeText } from "../exchange.ts";

/** One thing that must be well. */
export interface Check {
  readonly name: string;
  /** Rejects where it isn't. */
  readonly probe: () => Promise<unknown>;
  /** Whether only who wants to send requests here minds it: it keeps a server from being ready, not from living. */
  readonly isOfReadiness?: boolean;
}

/**
 * `/healthz`, `/livez`, `/readyz`, each also with the name of one check behind it; `?verbose` names them all, `?exclude=NAME` leaves one
 * out. undefined where there is no such check. Source: handleRootHealth in k8s.io/apiserver, server/healthz; its words.
 */
export async function healthAnswer(
  path: string,
  query: URLSearchParams,
  all: readonly Check[],
): Promise<Answer | undefined> {
  const [, endpoint = "", ...rest] = path.split("/");
  const checks = all.filter(({ isOfReadiness = false }) => endpoint === "readyz" || !isOfReadiness);
  const only = rest.join("/");
  return only === "" ? wholeHealth(endpoint, query, checks) : oneCheck(checks.find(({ name }) => name === only));
}

async function oneCheck(check: Check | undefined): Promise<Answer | undefined> {
  if (check === undefined) return undefined;
  const trouble = await troubleOf(check);
  return trouble === undefined ? page(200, "ok") : page(500, `internal server error: ${trouble}\n`);
}

async function wholeHealth(endpoint: string, query: URLSearchParams, checks: readonly Check[]): Promise<Answer> {
  const excluded = new Set(query.getAll("exclude"));
  const unknown = [...excluded].filter((name) => !checks.some((check) => check.name === name)).toSorted();
  const troubles = await Promise.all(checks.map((check) => (excluded.has(check.name) ? undefined : troubleOf(check))));
  const isWell = troubles.every((trouble) => trouble === undefined);
  const lines = checks.map(({ name }, i) => {
    if (excluded.has(name)) return `[+]${name} excluded: ok`;
    return troubles[i] === undefined ? `[+]${name} ok` : `[-]${name} failed: reason withheld`;
  });
  if (unknown.length > 0) {
    const names = unknown.map((name) => JSON.stringify(name)).join(", ");
    lines.push(`warn: some health checks cannot be excluded: no matches for ${names}`);
  }
  if (!isWell) return page(500, `${lines.join("\n")}\n${endpoint} check failed\n`);
  return page(200, query.has("verbose") ? `${lines.join("\n")}\n${endpoint} check passed\n` : "ok");
}

/** Why it isn't well. */
const troubleOf = ({ probe }: Check): Promise<string | undefined> =>
  probe().then(
    () => undefined,
    (fault: unknown) => (fault instanceof Error ? fault.message : String(fault)),
  );

function page(status: number, body: string): Answer {
  const answer = wholeText(status, body);
  return {
    ...answer,
    headers: { ...answer.headers, "x-content-type-options": "nosniff", "cache-control": "no-cache, private" },
  };
}
