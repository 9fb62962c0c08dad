import { dns1035LabelTrouble, dnsSubdomainTrouble } from "#machinery/rules/names.ts";
import { parseIp } from "#net/ip.ts";
import { isPort } from "#net/port.ts";
import { type Grammar, type Reading, value, wrong } from "../annotation.ts";

/** In lower case, as settings have header names. Source: ingress-nginx' own rule, which leaves out what other proxies fold into `_`. */
export const headerName: Grammar<string> = {
  shape: "a header's name of letters, digits, - and _",
  read: (text) =>
    /^[A-Za-z0-9_-]{1,128}$/.test(text)
      ? value(text.toLowerCase())
      : wrong("is no header's name; write letters, digits, - and _ alone"),
};

/** RFC 6265 section 4.1.1, which takes RFC 9110's token; without what engines' own syntax gives a meaning. */
export const cookieName: Grammar<string> = {
  shape: "a cookie's name of letters, digits, -, _ and .",
  read: (text) =>
    /^[A-Za-z0-9_.-]{1,128}$/.test(text)
      ? value(text)
      : wrong("is no cookie's name; write letters, digits, -, _ and . alone"),
};

/** A full name, in lower case. */
export const hostName: Grammar<string> = {
  shape: "a full host name",
  read: (text) =>
    isHostName(text.toLowerCase())
      ? value(text.toLowerCase())
      : wrong("is no full host name; write one like www.example.com"),
};

const isHostName = (text: string): boolean => dnsSubdomainTrouble(text).length === 0 && parseIp(text) === undefined;

/** What stands in Host: a name or an address, and a port behind a colon. */
export interface Authority {
  readonly host: string;
  readonly port: number | undefined;
}

/** undefined where it is none: a user before an @ is none of it. */
export function parseAuthority(text: string): Authority | undefined {
  const [, bracketed, plain, digits] = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]@]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = (bracketed ?? plain)?.toLowerCase();
  if (host === undefined) return undefined;
  const port = digits === undefined ? undefined : Number(digits);
  if (port !== undefined && !isPort(port)) return undefined;
  const ip = parseIp(host);
  const isGood = bracketed === undefined ? ip?.family === "IPv4" || isHostName(host) : ip?.family === "IPv6";
  return isGood && !looksLikeAddress(host, ip !== undefined) ? { host, port } : undefined;
}

/** `127.1`, `0x7f000001`, `2130706433`: addresses to a resolver, and no names. */
const looksLikeAddress = (host: string, isIp: boolean): boolean =>
  !isIp && /^(0x[0-9a-f]*|\d+)$/.test(host.split(".").at(-1) ?? "");

export const authority: Grammar<string> = {
  shape: "a host, and a port behind a colon where it needs one",
  read: (text) =>
    parseAuthority(text) === undefined
      ? wrong("is no host; write a name or an address, and a port from 1 to 65535 behind a colon where it needs one")
      : value(text.toLowerCase()),
};

/** Of the Ingress' own namespace. */
export const serviceName: Grammar<string> = {
  shape: "the name of a Service of the Ingress' namespace",
  read: (text) =>
    dns1035LabelTrouble(text).length === 0
      ? value(text)
      : wrong("is no Service's name; write one of the Ingress' namespace, without port"),
};

export interface ObjectName {
  /** undefined: the Ingress' own. */
  readonly namespace: string | undefined;
  readonly name: string;
}

/** `name`, or `namespace/name`. */
export const objectName = (kind: string): Grammar<ObjectName> => ({
  shape: `the name of a ${kind} of the Ingress' namespace, also as namespace/name`,
  read: (text) => readObjectName(kind, text),
});

function readObjectName(kind: string, text: string): Reading<ObjectName> {
  const parts = text.split("/");
  const [first = "", second] = parts;
  const [namespace, name] = second === undefined ? [undefined, first] : [first, second];
  const isGood = parts.length <= 2 && [namespace ?? name, name].every((part) => dnsSubdomainTrouble(part).length === 0);
  return isGood ? value({ namespace, name }) : wrong(`is no ${kind}'s name; write name, or namespace/name`);
}
