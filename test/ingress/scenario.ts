import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { Fields } from "./fields.ts";

/** What scenarios are made of is described in scenarios/ingress/README.md. */
export interface Scenario {
  /** `paths/fan-out`. */
  readonly name: string;
  readonly about: string;
  /** By the name of a Service: how many pods it has, and what they speak; undefined: there is no such Service. */
  readonly services: ReadonlyMap<string, ServiceShape | undefined>;
  /** By the name of a Secret: the names that its certificate is for. */
  readonly certificates: ReadonlyMap<string, readonly string[]>;
  readonly objects: readonly unknown[];
  readonly requests: readonly ScenarioRequest[];
  /** By `namespace/name` of an Ingress: a Reason that it is told of, or several with `|` between them. */
  readonly told: ReadonlyMap<string, RegExp>;
  /** By the name of a judge: why it can't judge this. */
  readonly skip: ReadonlyMap<string, string>;
}

export interface ServiceShape {
  readonly pods: number;
  readonly protocol: "http" | "https" | "h2c";
}

export interface ScenarioRequest {
  readonly ask: Ask;
  readonly times: number;
  /** Cookies that the client is given come along with the requests that follow. */
  readonly keepsCookies: boolean;
  readonly expect: Expectation;
  readonly skip: ReadonlyMap<string, string>;
}

/** One request, as a client sends it. */
export interface Ask {
  readonly method: string;
  readonly scheme: "http" | "https";
  /** The Host header, and the name that TLS asks for where `serverName` says nothing else. */
  readonly host: string;
  /** As it stands in the request line. */
  readonly target: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  /** The address of the client. */
  readonly from: string;
  readonly upgrade: string | undefined;
  readonly version: 1 | 2;
  readonly serverName: string | undefined;
}

export interface Expectation {
  readonly status: number | undefined;
  readonly service: string | undefined;
  readonly namespace: string;
  /** The target as the backend saw it; null: whatever it was. */
  readonly path: string | null;
  readonly method: string;
  /** The port of the pod. */
  readonly port: number | undefined;
  /** The body as the backend saw it. */
  readonly body: string | undefined;
  readonly location: string | undefined;
  /** Name of the Secret, or `default`. */
  readonly certificate: string | undefined;
  /** A text, `/pattern/` or `/pattern/i`; null: not there. */
  readonly headers: ReadonlyMap<string, string | null>;
  readonly backendHeaders: ReadonlyMap<string, string | null>;
  /** How many different pods have answered. */
  readonly pods: number | undefined;
  /** From and to: how many of the requests came to a Service, or had a status. */
  readonly spread: ReadonlyMap<string, readonly [number, number]>;
  readonly statuses: ReadonlyMap<string, readonly [number, number]>;
}

const root = new URL("../../scenarios/ingress/", import.meta.url).pathname;

/** Every scenario, by folder and name. Throws where a file has a field that nobody reads. */
export function readScenarios(): readonly Scenario[] {
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".yaml"));
  return files
    .toSorted()
    .map((file) => readScenario(file.slice(0, -".yaml".length), readFileSync(`${root}${file}`, "utf8")));
}

export function readScenario(name: string, text: string): Scenario {
  const fields = new Fields(parse(text), name);
  const scenario = {
    name,
    about: fields.text("about"),
    services: fields.map("services", readShape),
    certificates: fields.map("certificates", (value, where) => Fields.list(value, where).map((one) => `${one}`)),
    objects: fields.list("objects"),
    requests: fields.list("requests").map((one, index) => readRequest(new Fields(one, `${name}: requests[${index}]`))),
    told: fields.map("told", (value) => new RegExp(`^(?:${value})$`)),
    skip: fields.map("skip", (value) => `${value}`),
  };
  fields.end();
  return scenario;
}

function readShape(value: unknown, where: string): ServiceShape | undefined {
  if (value === null) return undefined;
  if (typeof value === "number") return { pods: value, protocol: "http" };
  const fields = new Fields(value, where);
  const protocol = fields.text("protocol");
  const pods = fields.number("pods") ?? 1;
  fields.end();
  if (protocol !== "http" && protocol !== "https" && protocol !== "h2c")
    throw new Error(`${where}: no protocol ${protocol}`);
  return { pods, protocol };
}

const methods = ["get", "head", "post", "put", "delete", "patch", "options"] as const;

function readRequest(fields: Fields): ScenarioRequest {
  const method = methods.find((one) => fields.has(one));
  const url = /^(https?):\/\/([^/]*)(\/.*)$/.exec(method === undefined ? "" : fields.text(method));
  const [, scheme, host = "", target = ""] = url ?? [];
  if (url === null || method === undefined) throw new Error(`${fields.where}: wants a method with a whole URL`);
  const headers = fields.map("headers", (value) => `${value}`);
  const ask: Ask = {
    method: method.toUpperCase(),
    scheme: scheme === "https" ? "https" : "http",
    host: headers.get("host") ?? host,
    target,
    headers,
    body: fields.optionalText("body") ?? "x".repeat(fields.number("bodyBytes") ?? 0),
    from: fields.optionalText("from") ?? "127.0.0.1",
    upgrade: fields.optionalText("upgrade"),
    version: fields.number("version") === 2 ? 2 : 1,
    serverName: fields.optionalText("serverName"),
  };
  const request = {
    ask,
    times: fields.number("times") ?? 1,
    keepsCookies: fields.flag("keepCookies"),
    expect: readExpectation(fields.fields("expect"), ask),
    skip: fields.map("skip", (value) => `${value}`),
  };
  fields.end();
  return request;
}

function readExpectation(fields: Fields, ask: Ask): Expectation {
  const service = fields.optionalText("service");
  const anyPath = fields.isNull("path");
  const path = fields.optionalText("path") ?? ask.target;
  const orNull = (value: unknown): string | null => (value === null ? null : `${value}`);
  const expectation = {
    service,
    status: fields.number("status") ?? (service === undefined ? undefined : 200),
    namespace: fields.optionalText("namespace") ?? "default",
    path: anyPath ? null : path,
    method: fields.optionalText("method") ?? ask.method,
    port: fields.number("port"),
    body: fields.optionalText("body"),
    location: fields.optionalText("location"),
    certificate: fields.optionalText("certificate"),
    headers: fields.map("headers", orNull),
    backendHeaders: fields.map("backendHeaders", orNull),
    pods: fields.number("pods"),
    spread: fields.map("spread", readRange),
    statuses: fields.map("statuses", readRange),
  };
  fields.end();
  return expectation;
}

function readRange(value: unknown, where: string): readonly [number, number] {
  const [from, to] = Fields.list(value, where).map(Number);
  if (from === undefined || to === undefined) throw new Error(`${where}: wants two numbers`);
  return [from, to];
}
