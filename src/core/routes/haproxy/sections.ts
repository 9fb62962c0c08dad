import { defaultBackendSettings } from "../default-settings.ts";
import type { Backend, BackendSettings, HashSource } from "../route-table.ts";
import { sameValue } from "../same-value.ts";
import { argumentOf, type Directive } from "./config.ts";
import type { HaproxyServer } from "./plan.ts";

/** Whether a section without a word of its own serves it. How its servers are spoken to is said by each server. */
export function isPlain({ balance, stickiness, timeouts, connectRetries }: BackendSettings): boolean {
  return (
    stickiness === undefined &&
    balance.kind === "roundRobin" &&
    connectRetries === defaultBackendSettings.connectRetries &&
    sameValue(timeouts, defaultBackendSettings.timeouts)
  );
}

export function settingsDirectives({ id, settings }: Backend, mode: "http" | "tcp" = "http"): readonly Directive[] {
  const { timeouts, connectRetries } = settings;
  return [
    ...balanceOf(settings, mode),
    ["timeout", "connect", `${timeouts.connect}s`],
    // It counts for sending too, where there is no timeout of its own; what clients wait for is the answer.
    ["timeout", "server", `${timeouts.read}s`],
    ["retries", `${connectRetries}`],
    ...(mode === "tcp" ? [] : cookieOf(id, settings)),
  ];
}

function balanceOf({ balance }: BackendSettings, mode: "http" | "tcp"): readonly Directive[] {
  switch (balance.kind) {
    case "roundRobin":
      return [["balance", "roundrobin"]];
    case "leastConnections":
      return [["balance", "leastconn"]];
    case "random":
      return [["balance", "random"]];
    case "hash":
      return [
        ["balance", "hash", mode === "tcp" ? "src" : hashed(balance.of)],
        ["hash-type", "consistent", "sdbm", "avalanche"],
      ];
  }
}

function hashed(source: HashSource): string {
  switch (source.kind) {
    case "clientAddress":
      return "src";
    case "uri":
      return "pathq";
    case "path":
      return "path";
    case "host":
      return "var(txn.host)";
    case "header":
      return `req.fhdr(${argumentOf(source.name)})`;
    case "cookie":
      return `req.cook(${argumentOf(source.name)})`;
    case "query":
      return `url_param(${argumentOf(source.name)})`;
  }
}

/** The cookie names the server by its address, so every HAProxy gives the same and none is lost by a reload. */
function cookieOf(id: string, { stickiness }: BackendSettings): readonly Directive[] {
  if (stickiness === undefined) return [];
  const { name, path, domain, maxAgeSeconds, sameSite, secure } = stickiness;
  const attributes = [
    ...(path === "/" ? [] : [`Path=${path}`]),
    ...(maxAgeSeconds === undefined ? [] : [`Max-Age=${maxAgeSeconds}`]),
    ...(sameSite === undefined ? [] : [`SameSite=${sameSite}`]),
  ];
  return [
    [
      ...["cookie", name, "insert", "indirect", "nocache", "httponly", "dynamic"],
      ...(domain === undefined || domain === "" ? [] : ["domain", domain]),
      ...(secure ? ["secure"] : []),
      ...attributes.flatMap((attribute) => ["attr", attribute]),
    ],
    ["dynamic-cookie-key", id],
  ];
}

/** Those that requests are sent to; `isStream`: whatever comes, as it is. */
export function serversOf({ pool, settings: all }: Backend, isStream: boolean): readonly HaproxyServer[] {
  const { stickiness, serverName, ...shared } = all;
  const settings: BackendSettings = isStream ? { ...shared, protocol: "http" } : all;
  const options = serverOptions(settings);
  const checked = settings.checksServer && "checked";
  const suffix = [settings.protocol, settings.proxyHeader, settings.serverName, checked].filter(
    (part) => part !== undefined && part !== "http",
  );
  return pool.members.map(({ ip, port }) => {
    const address = ip.family === "IPv6" ? `[${ip.text}]:${port}` : `${ip.text}:${port}`;
    const name = [`${ip.text}:${port}`, ...suffix].join("-").replace(/[^\w.:-]/g, ".");
    return { name, address, weight: 1, hasCookie: settings.stickiness !== undefined, options };
  });
}

function serverOptions({ protocol, proxyHeader, serverName, checksServer }: BackendSettings): readonly string[] {
  const proxy = proxyHeader === undefined ? [] : [proxyHeader === "v1" ? "send-proxy" : "send-proxy-v2"];
  const asked = serverName === undefined ? "var(txn.host)" : `str(${serverName})`;
  const check =
    checksServer && serverName !== undefined
      ? ["verify", "required", "ca-file", "@system-ca", "verifyhost", serverName]
      : ["verify", "none"];
  const tls = ["ssl", ...check, "sni", asked];
  switch (protocol) {
    case "http":
      return proxy;
    case "h2c":
      return ["proto", "h2", ...proxy];
    case "https":
      return [...tls, ...proxy];
    case "h2":
      return [...tls, "alpn", "h2", ...proxy];
  }
}
