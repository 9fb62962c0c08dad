import { type Answer, wholeText } from "./exchange.ts";
import { isTrue } from "./query.ts";

/** One thing that must be well. */
export interface Check {
  readonly name: string;
  /** Rejects where it isn't. */
  readonly probe: () => Promise<unknown>;
}

/** `/healthz`, `/livez`, `/readyz`, each also with the name of one check behind it; `?verbose` names them all. */
export async function healthAnswer(
  path: string,
  query: URLSearchParams,
  checks: readonly Check[],
): Promise<Answer | undefined> {
  const [, endpoint = "", only] = path.split("/");
  const left = new Set(query.getAll("exclude"));
  const asked = checks.filter(({ name }) => (only === undefined || name === only) && !left.has(name));
  if (only !== undefined && asked.length === 0) return undefined;
  const results = await Promise.all(asked.map(async (check) => ({ name: check.name, isWell: await isWell(check) })));
  const areWell = results.every(({ isWell }) => isWell);
  if (areWell && !isTrue(query, "verbose")) return wholeText(200, "ok");
  const lines = results.map(({ name, isWell }) => (isWell ? `[+]${name} ok` : `[-]${name} failed: reason withheld`));
  return wholeText(areWell ? 200 : 500, `${lines.join("\n")}\n${endpoint} check ${areWell ? "passed" : "failed"}\n`);
}

async function isWell({ probe }: Check): Promise<boolean> {
  return probe().then(
    () => true,
    () => false,
  );
}
