import type { Listener } from "../route-table.ts";
import type { Directive, Section } from "./config.ts";
import { certificateListName } from "./files.ts";
import type { ListenerParts } from "./listener-parts.ts";
import type { HaproxyPlaces } from "./plan.ts";
import { requestRules } from "./request-rules.ts";
import { sourceList } from "./rules.ts";

export const PASSTHROUGHS = "passthroughs.map";

const nameOf = ({ id }: Listener): string => `listener-${id.replace(/[^\w-]/g, ".")}`;

export function listenerSections(parts: ListenerParts, places: HaproxyPlaces): readonly Section[] {
  const { listener, hasPassthroughs } = parts;
  const name = nameOf(listener);
  const detour = places.detours.get(listener.id);
  const isBehind = hasPassthroughs && listener.protocol === "HTTPS";
  const inner = `${places.runtimeSocket}.${name}`;
  const tls = listener.protocol === "HTTPS" ? ["ssl", "crt-list", certificateListName, "alpn", "h2,http/1.1"] : [];
  const taking = isBehind
    ? [["bind", `unix@${inner}`, "accept-proxy", "mode", "600", ...tls]]
    : [...bindings(listener.port, places, tls), ...proxyHeaderRules(listener)];
  return [
    ...(isBehind ? sniSections({ listener, name, inner }, places) : []),
    {
      kind: "frontend",
      name,
      directives: [...taking, ...requestRules(parts, detour === undefined ? undefined : `detour-${name}`)],
    },
    ...(detour === undefined ? [] : [serverSection(`detour-${name}`, `unix@${detour}`)]),
  ];
}

const serverSection = (name: string, address: string, ...more: readonly Directive[]): Section => ({
  ...{ kind: "backend", name },
  directives: [...more, ["server", "inner", address, "send-proxy-v2"]],
});

/** Of frontends that take connections as they are. */
export const streamOptions: readonly Directive[] = [
  ["mode", "tcp"],
  ["option", "tcplog"],
  ["no", "option", "idle-close-on-response"],
];

export function bindings(port: number, { addresses }: HaproxyPlaces, words: readonly string[]): readonly Directive[] {
  return addresses.map((address) =>
    address.includes(":")
      ? ["bind", `ipv6@${address}:${port}`, "v6only", ...words]
      : ["bind", `ipv4@${address}:${port}`, ...words],
  );
}

/** Who doesn't begin with a PROXY header, or may not, is closed. */
export function proxyHeaderRules({
  acceptsProxyHeader,
  trusted,
}: Pick<Listener, "acceptsProxyHeader" | "trusted">): readonly Directive[] {
  if (!acceptsProxyHeader) return [];
  const expect: Directive = ["tcp-request", "connection", "expect-proxy", "layer4"];
  if (trusted.length === 0) return [expect];
  return [...sourceList("proxy", trusted), ["tcp-request", "connection", "reject", "unless", "proxy"], expect];
}

/** TLS is looked at for the name it asks for: what isn't passed on as it is goes to the listener's own frontend. */
function sniSections(
  { listener, name, inner }: { readonly listener: Listener; readonly name: string; readonly inner: string },
  places: HaproxyPlaces,
): readonly Section[] {
  const found = ["{", "var(sess.to)", "-m", "found", "}"];
  const sets = (fetch: string): Directive => [
    ...["tcp-request", "content", "set-var(sess.to)", `${fetch},map_str(${PASSTHROUGHS})`],
    ...["if", "{", "req.ssl_hello_type", "1", "}", "!{", "var(sess.to)", "-m", "found", "}"],
  ];
  const directives: readonly Directive[] = [
    ...streamOptions,
    ...bindings(listener.port, places, []),
    ...proxyHeaderRules(listener),
    ["tcp-request", "inspect-delay", "5s"],
    sets("req.ssl_sni,lower"),
    sets("req.ssl_sni,lower,regsub(^[^.]*,*)"),
    ["tcp-request", "content", "accept", "if", "{", "req.ssl_hello_type", "1", "}"],
    ["use_backend", "%[var(sess.to)]", "if", ...found],
    ["default_backend", `inner-${name}`],
  ];
  return [
    { kind: "frontend", name: `sni-${name}`, directives },
    serverSection(`inner-${name}`, `unix@${inner}`, ["mode", "tcp"]),
  ];
}
