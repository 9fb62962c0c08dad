import { contains, mustCidr } from "#net/cidr.ts";
import { addressBits, type Ip, ipOf, parseIp } from "#net/ip.ts";
import { type FieldProblem, invalidField } from "../field-problem.ts";

// Source: k8s.io/apimachinery/pkg/util/validation/ip.go; ValidateNonSpecialIP in pkg/apis/core/validation. Kubernetes still reads
// leading zeros as decimal; here they are refused, so that no reader further on can take them as octal (CVE-2021-29923).

export const ipProblems = (path: string, value: string): readonly FieldProblem[] =>
  parseIp(value) === undefined
    ? [invalidField(path, value, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)")]
    : [];

/** An address and a prefix length; bits beyond the prefix may be set. */
export function cidrProblems(path: string, value: string): readonly FieldProblem[] {
  const match = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(value);
  const ip = parseIp(match?.[1] ?? "");
  if (ip !== undefined && Number(match?.[2]) <= addressBits(ip.family)) return [];
  return [invalidField(path, value, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)")];
}

const blocks = (...texts: readonly string[]): ((ip: Ip) => boolean) => {
  const all = texts.map(mustCidr);
  return (ip) => all.some((block) => contains(block, ip));
};
const special: readonly (readonly [is: (ip: Ip) => boolean, detail: string])[] = [
  [blocks("0.0.0.0/32", "::/128"), "may not be unspecified (0.0.0.0 or ::)"],
  [blocks("127.0.0.0/8", "::1/128"), "may not be in the loopback range (127.0.0.0/8, ::1/128)"],
  [blocks("169.254.0.0/16", "fe80::/10"), "may not be in the link-local range (169.254.0.0/16, fe80::/10)"],
  [blocks("224.0.0.0/24", "ff02::/16"), "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)"],
];

/** An endpoint or an external address may not be one that means something else on every node (CVE-2021-25737). */
export function nonSpecialIpProblems(path: string, value: string): readonly FieldProblem[] {
  const ip = parseIp(value);
  if (ip === undefined) return [invalidField(path, value, "must be a valid IP address")];
  const isMapped = ip.family === "IPv6" && ip.number >> 32n === 0xffffn;
  const judged = isMapped ? ipOf("IPv4", ip.number & 0xffff_ffffn) : ip;
  return special.flatMap(([is, detail]) => (is(judged) ? [invalidField(path, value, detail)] : []));
}
