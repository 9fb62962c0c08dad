import { showHost } from "#net/http1/authority.ts";
import type { Ip } from "#net/ip.ts";
import type { Protocol } from "#net/port.ts";

/** What is to be reached. */
export type Target =
  /** `port` undefined: the one that the Service has. A name or a number. */
  | { readonly kind: "service"; readonly namespace: string; readonly name: string; readonly port: string | undefined }
  | { readonly kind: "pod"; readonly namespace: string; readonly name: string; readonly port: string | undefined }
  | { readonly kind: "ingress"; readonly namespace: string; readonly name: string }
  | {
      readonly kind: "place";
      readonly host: string;
      readonly port: number;
      readonly protocol: Protocol;
      readonly url: string | undefined;
    };

/** Who wants to reach it. */
export type From =
  | { readonly kind: "pod"; readonly namespace: string; readonly name: string }
  | { readonly kind: "node"; readonly name: string }
  | { readonly kind: "outside" }
  /** Somebody whose packets come to that node, whatever leads them there. */
  | { readonly kind: "arriving"; readonly ip: Ip; readonly node: string };

/** What was understood, or why it wasn't. */
export type Understood<T> =
  | { readonly kind: "understood"; readonly value: T }
  | { readonly kind: "refused"; readonly because: string; readonly fix: string };

const understood = <T>(value: T): Understood<T> => ({ kind: "understood", value });
const refused = (because: string, fix: string): Understood<never> => ({ kind: "refused", because, fix });

const forms = "a URL (http://host/), host:port, svc/NAME[:PORT], pod/NAME[:PORT] or ingress/NAME";

/** Reads a TARGET; `svc/shop/web` and `pod/shop/web-1` name their namespace themselves. */
export function parseTarget(text: string, namespace: string): Understood<Target> {
  const [, kind = "", path = "", port] = /^([a-z]+)\/(?!\/)([^:]+)(?::(.+))?$/.exec(text) ?? [];
  if (kind !== "") return parseObject({ text, kind, path, port }, namespace);
  const url = /^(https?):\/\//i.exec(text);
  if (url !== null) return parseUrl(text);
  const place = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d+)(?:\/(tcp|udp|sctp))?$/i.exec(text);
  if (place === null) return refused(`${JSON.stringify(text)} is no target`, `say ${forms}`);
  const [, ipv6, host, number, protocol = "tcp"] = place;
  return placeOf({ host: ipv6 ?? host ?? "", port: Number(number), protocol: protocolOf(protocol), url: undefined });
}

interface Words {
  readonly text: string;
  readonly kind: string;
  readonly path: string;
  readonly port: string | undefined;
}

function parseObject({ text, kind, path, port }: Words, namespace: string): Understood<Target> {
  const [first = "", second, ...rest] = path.split("/");
  if (rest.length > 0 || first === "" || second === "")
    return refused(`${JSON.stringify(text)} is no target`, `say ${forms}`);
  const place = second === undefined ? { namespace, name: first } : { namespace: first, name: second };
  switch (kind) {
    case "svc":
    case "service":
    case "services":
      return understood({ kind: "service", ...place, port });
    case "po":
    case "pod":
    case "pods":
      return understood({ kind: "pod", ...place, port });
    case "ing":
    case "ingress":
    case "ingresses":
      if (port !== undefined) return refused("an Ingress has no port", "say ingress/NAME, or the URL itself");
      return understood({ kind: "ingress", ...place });
    default:
      return refused(`nothing leads to a ${kind}`, `say ${forms}`);
  }
}

function parseUrl(text: string): Understood<Target> {
  const url = URL.parse(text);
  if (url === null || url.hostname === "") return refused(`${JSON.stringify(text)} is no URL`, `say ${forms}`);
  const port = url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
  return placeOf({ host: url.hostname.replace(/^\[|\]$/g, ""), port, protocol: "TCP", url: text });
}

function placeOf(place: Omit<Extract<Target, { readonly kind: "place" }>, "kind">): Understood<Target> {
  if (place.port < 1 || place.port > 65_535) return refused(`${place.port} is no port`, "ports go from 1 to 65535");
  return understood({ kind: "place", ...place });
}

const protocolOf = (word: string): Protocol =>
  word.toLowerCase() === "udp" ? "UDP" : word.toLowerCase() === "sctp" ? "SCTP" : "TCP";

/** Reads `--from`. */
export function parseFrom(text: string, namespace: string): Understood<From> {
  if (text === "outside") return understood({ kind: "outside" });
  const [, kind, path = ""] = /^(pod|po|pods|node|no|nodes)\/(.+)$/.exec(text) ?? [];
  const [first = "", second] = path.split("/");
  if (kind?.startsWith("no")) return understood({ kind: "node", name: path });
  if (kind !== undefined)
    return understood(
      second === undefined ? { kind: "pod", namespace, name: first } : { kind: "pod", namespace: first, name: second },
    );
  return refused(`--from ${text} is nobody`, "say pod/NAME, node/NAME or outside");
}

/** As it was asked for. */
export function showTarget(target: Target): string {
  if (target.kind === "place") {
    const { host, port, protocol, url } = target;
    if (url !== undefined) return url;
    return `${showHost(host)}:${port}${protocol === "TCP" ? "" : `/${protocol}`}`;
  }
  if (target.kind === "ingress") return `Ingress ${target.namespace}/${target.name}`;
  const { kind, namespace, name, port } = target;
  return `${kind === "service" ? "Service" : "pod"} ${namespace}/${name}${port === undefined ? "" : `:${port}`}`;
}

export function showFrom(from: From): string {
  switch (from.kind) {
    case "pod":
      return `pod ${from.namespace}/${from.name}`;
    case "node":
      return `node ${from.name}`;
    case "outside":
      return "outside";
    case "arriving":
      return `${from.ip.text} at node ${from.node}`;
  }
}
