import type { Balance, HashSource } from "../route-table.ts";
import type { Annotation, Grammar, Reading } from "./annotation.ts";
import { value, wrong } from "./annotation.ts";
import { readRequestText } from "./grammars/request-text.ts";
import { isUrlText } from "./grammars/urls.ts";
import type { AnnotationReader } from "./reader.ts";

const methods: ReadonlyMap<string, Balance> = new Map([
  ["round_robin", { kind: "roundRobin" }],
  ["ewma", { kind: "leastConnections" }],
  ["least_conn", { kind: "leastConnections" }],
  ["ip_hash", { kind: "hash", of: { kind: "clientAddress" } }],
  ["random", { kind: "random" }],
]);

const methodGrammar: Grammar<string> = {
  shape: '"round_robin", "ewma", "least_conn", "ip_hash" or "random"',
  read: (text) =>
    methods.has(text)
      ? value(text)
      : wrong("is no way to balance; write round_robin, ewma, least_conn, ip_hash or random"),
};

/** One value of the request decides; text beside it is the same for all, and changes nothing. */
const hashGrammar: Grammar<HashSource> = {
  shape: "one value of the request: $request_uri, $uri, $host, $remote_addr, $http_NAME, $cookie_NAME or $arg_NAME",
  read: (text) => {
    if (!isUrlText(text)) return wrong("has a space, or a character that is not ASCII");
    const reading = readRequestText(text);
    return reading.kind === "wrong" ? reading : sourceOf(reading.value.filter(({ kind }) => kind !== "text"));
  },
};

type Part = Extract<ReturnType<typeof readRequestText>, { kind: "value" }>["value"][number];

function sourceOf([part, another]: readonly Part[]): Reading<HashSource> {
  const write = "write one of $request_uri, $uri, $host, $remote_addr, $http_NAME, $cookie_NAME and $arg_NAME";
  if (part === undefined) return wrong(`is the same for all requests, and would send them to one endpoint; ${write}`);
  if (another !== undefined) return wrong(`has several values of the request; one is served: ${write}`);
  switch (part.kind) {
    case "uri":
    case "path":
    case "host":
    case "clientAddress":
      return value({ kind: part.kind });
    case "authority":
      return value({ kind: "host" });
    case "header":
    case "cookie":
      return value({ kind: part.kind, name: part.name });
    case "queryParameter":
      return value({ kind: "query", name: part.name });
    default:
      return wrong(`has a value of the request that requests are not balanced by; ${write}`);
  }
}

const loadBalance: Annotation<string> = {
  names: ["load-balance"],
  grammar: methodGrammar,
  fallback: "round_robin",
  doc: "Which endpoint is next. For ewma, which measures latency, the one with the fewest requests under way is taken.",
};
const hashBy: Annotation<HashSource> = {
  names: ["upstream-hash-by"],
  grammar: hashGrammar,
  fallback: "none",
  doc: "Requests with the same value go to the same endpoint, and few move when endpoints come and go. It wins over load-balance.",
};

export const balancingAnnotations = [loadBalance, hashBy];

export function readBalance(reader: AnnotationReader, fallback: Balance): Balance {
  const of = reader.read(hashBy);
  const method = reader.read(loadBalance);
  if (of !== undefined) return { kind: "hash", of };
  if (method === "ewma") {
    const message = "the endpoint with the fewest requests under way is taken; latency is not measured";
    reader.find(loadBalance, { weight: "noted", because: "AnnotationServedOtherwise", message });
  }
  return method === undefined ? fallback : (methods.get(method) ?? fallback);
}
