import type { Header } from "#core/routes/route-filters.ts";

/** What a pod of scenarios answers, by what the request asks for. */
export interface EchoAnswer {
  readonly status: number;
  readonly afterMs: number;
  readonly headers: readonly Header[];
}

/**
 * `/answer/STATUS?NAME=VALUE` answers with that status and header, as an authentication service would; elsewhere the headers x-answer-status
 * and x-answer-after (milliseconds) say it, and 200 is the usual one.
 */
export function echoAnswer(target: string, header: (name: string) => string | undefined): EchoAnswer {
  const asked = /^\/answer\/(\d{3})(?:\?([\w-]+)=(.*))?$/.exec(target);
  if (asked !== null) {
    const [, status, name, value = ""] = asked;
    return { status: Number(status), afterMs: 0, headers: name === undefined ? [] : [{ name, value }] };
  }
  const number = (name: string, otherwise: number): number => Number(header(name) ?? otherwise);
  return { status: number("x-answer-status", 200), afterMs: number("x-answer-after", 0), headers: [] };
}
