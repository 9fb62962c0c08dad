import type { BackendSettings } from "../route-table.ts";
import type { Annotation, Grammar } from "./annotation.ts";
import { value, wrong } from "./annotation.ts";
import { seconds, wholeNumber } from "./grammars/numbers.ts";
import type { AnnotationReader } from "./reader.ts";

const connectTimeout: Annotation<number> = {
  names: ["proxy-connect-timeout"],
  grammar: seconds,
  fallback: "5",
  doc: "How long a connection to an endpoint may take to come about.",
};
const sendTimeout: Annotation<number> = {
  names: ["proxy-send-timeout"],
  grammar: seconds,
  fallback: "60",
  doc: "How long may pass from one piece of a request to the next.",
};
const readTimeout: Annotation<number> = {
  names: ["proxy-read-timeout"],
  grammar: seconds,
  fallback: "60",
  doc: "How long may pass from one piece of an answer to the next; the first counts from the request's end.",
};

/** nginx' conditions, of which a connection that doesn't come about is the one that is served. */
const conditions = new Set(
  "error timeout invalid_header http_500 http_502 http_503 http_504 http_403 http_404 http_429 non_idempotent".split(
    " ",
  ),
);

interface Conditions {
  readonly onConnectFailure: boolean;
  readonly others: readonly string[];
}

const nextUpstreamGrammar: Grammar<Conditions> = {
  shape: '"off", or nginx\' conditions, separated by spaces: "error timeout"',
  read: (text) => {
    const words = text.split(/ +/);
    const unknown = words.find((word) => !conditions.has(word) && word !== "off");
    if (unknown !== undefined || (words.includes("off") && words.length > 1))
      return wrong(`is none of nginx' conditions; write "off", "error" or "timeout"`);
    const onConnectFailure = words.includes("error") || words.includes("timeout");
    return value({ onConnectFailure, others: words.filter((word) => !["off", "error", "timeout"].includes(word)) });
  },
};
const nextUpstream: Annotation<Conditions> = {
  names: ["proxy-next-upstream"],
  grammar: nextUpstreamGrammar,
  fallback: "error timeout",
  doc: "Whether another endpoint is tried. Only for a connection that doesn't come about, when nothing was sent yet: error and timeout; other conditions are told of and not followed.",
};
/** HAProxy takes no more than this, and each may take the time of a connect timeout. */
const mostTries = 100;
const tries: Annotation<number> = {
  names: ["proxy-next-upstream-tries"],
  grammar: wholeNumber("tries", 0, mostTries),
  fallback: "3",
  doc: `How many endpoints are tried until one takes the connection, the first counted; 0 is as many as may be (${mostTries}).`,
};

export const timeoutAnnotations = [connectTimeout, sendTimeout, readTimeout, nextUpstream, tries];

export function readTimeouts(
  reader: AnnotationReader,
  fallback: BackendSettings,
): Pick<BackendSettings, "timeouts" | "connectRetries"> {
  return {
    timeouts: {
      connect: reader.read(connectTimeout) ?? fallback.timeouts.connect,
      send: reader.read(sendTimeout) ?? fallback.timeouts.send,
      read: reader.read(readTimeout) ?? fallback.timeouts.read,
    },
    connectRetries: readRetries(reader, fallback.connectRetries),
  };
}

function readRetries(reader: AnnotationReader, fallback: number): number {
  const asked = reader.read(nextUpstream);
  const [other] = asked?.others ?? [];
  if (other !== undefined) {
    const message = `${other} is not followed: another endpoint is tried only where no connection comes about (error, timeout)`;
    reader.find(nextUpstream, { weight: "noted", because: "AnnotationServedOtherwise", message });
  }
  const count = reader.read(tries);
  const retries = count === undefined ? fallback : (count === 0 ? mostTries : count) - 1;
  return asked?.onConnectFailure === false ? 0 : retries;
}
