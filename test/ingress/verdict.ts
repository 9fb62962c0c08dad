import { type Answer, headerOf, type Judge } from "./judge.ts";
import type { Ask, Expectation, Scenario, ScenarioRequest } from "./scenario.ts";
import { worldOf } from "./scenario-world.ts";

/** Has a judge serve a scenario and ask its requests; gives what came out otherwise than expected, a line each. */
export async function differencesOf(scenario: Scenario, judge: Judge): Promise<readonly string[]> {
  await judge.serve(await worldOf(scenario));
  const cookies = new Map<string, string>();
  const found: string[] = [];
  for (const request of scenario.requests) {
    if (request.skip.has(judge.name)) continue;
    const answers: Answer[] = [];
    const atOnce = request.keepsCookies ? 1 : 10;
    while (answers.length < request.times) {
      const turns = Array.from({ length: Math.min(atOnce, request.times - answers.length) }, () =>
        judge.ask(request.keepsCookies ? withCookies(request.ask, cookies) : request.ask),
      );
      for (const answer of await Promise.all(turns)) {
        keepCookies(answer, cookies);
        answers.push(answer);
      }
    }
    const { method, scheme, host, target, from } = request.ask;
    const said = [
      ...new Set(answers.flatMap((one) => differences(request.expect, one))),
      ...together(request, answers),
    ];
    found.push(...said.map((difference) => `${method} ${scheme}://${host}${target} from ${from}: ${difference}`));
  }
  return found;
}

function withCookies(ask: Ask, cookies: ReadonlyMap<string, string>): Ask {
  if (cookies.size === 0) return ask;
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  return { ...ask, headers: new Map([...ask.headers, ["cookie", cookie]]) };
}

function keepCookies({ headers }: Answer, cookies: Map<string, string>): void {
  for (const { name, value } of headers) {
    const pair = name.toLowerCase() === "set-cookie" ? /^([^=]+)=([^;]*)/.exec(value) : null;
    if (pair !== null) cookies.set(pair[1] ?? "", pair[2] ?? "");
  }
}

/** What is wrong with one answer. */
function differences(expect: Expectation, answer: Answer): readonly string[] {
  const { seen } = answer;
  const wrong = [
    ...differs("status", expect.status, answer.status),
    ...differs("location", expect.location, headerOf(answer.headers, "location")),
    ...differs("certificate", expect.certificate, answer.certificate),
    ...[...expect.headers].flatMap(([name, value]) => differs(`header ${name}`, value, headerOf(answer.headers, name))),
  ];
  if (expect.service === undefined) {
    const mayBeSeen = expect.status === undefined || expect.status === 101;
    return seen === undefined || mayBeSeen ? wrong : [...wrong, `came to ${seen.service}, and should not`];
  }
  if (seen === undefined) return [...wrong, `status ${answer.status}: came to no pod, wants ${expect.service}`];
  return [
    ...wrong,
    ...differs("Service", `${expect.namespace}/${expect.service}`, `${seen.namespace}/${seen.service}`),
    ...differs("path", expect.path ?? undefined, seen.target),
    ...(expect.path === null ? [] : differs("method", expect.method, seen.method)),
    ...differs("pod's port", expect.port, seen.port),
    ...differs("body", expect.body, seen.body),
    ...[...expect.backendHeaders].flatMap(([name, value]) => differs(`backend's ${name}`, value, seen.headers[name])),
  ];
}

function differs(
  what: string,
  expected: string | number | null | undefined,
  found: string | number | undefined,
): readonly string[] {
  if (expected === undefined) return [];
  return fits(expected, found) ? [] : [`${what} is ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`];
}

function fits(expected: string | number | null, found: string | number | undefined): boolean {
  if (expected === null || found === undefined) return expected === null && found === undefined;
  const pattern = /^\/(.*)\/(i?)$/.exec(`${expected}`);
  // A path is a pattern only where it has what no path has.
  if (pattern !== null && /[\^$\\(]/.test(`${expected}`))
    return new RegExp(pattern[1] ?? "", pattern[2]).test(`${found}`);
  return expected === found;
}

/** What is wrong with all answers of a request together. */
function together({ expect }: ScenarioRequest, answers: readonly Answer[]): readonly string[] {
  const pods = new Set(answers.flatMap(({ seen }) => (seen === undefined ? [] : seen.pod)));
  return [
    ...(expect.pods === undefined || pods.size === expect.pods
      ? []
      : [`${pods.size} pods answered, not ${expect.pods}`]),
    ...outside(
      "Service",
      expect.spread,
      answers.map(({ seen }) => seen?.service ?? "none"),
    ),
    ...outside(
      "status",
      expect.statuses,
      answers.map(({ status }) => `${status}`),
    ),
  ];
}

function outside(
  what: string,
  ranges: ReadonlyMap<string, readonly [number, number]>,
  values: readonly string[],
): readonly string[] {
  if (ranges.size === 0) return [];
  const counts = new Map([...ranges.keys()].map((key) => [key, 0]));
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].flatMap(([value, count]) => {
    const [least, most] = ranges.get(value) ?? [0, 0];
    return count >= least && count <= most ? [] : [`${what} ${value} ${count} times, not ${least} to ${most}`];
  });
}
