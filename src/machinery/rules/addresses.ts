import { type Cidr, cidrOf, contains, mustCidr } from "#net/cidr.ts";
import { addressBits, type Ip, ipOf, parseIp } from "#net/ip.ts";
import { linkLocal, loopback, unspecified } from "#net/special-blocks.ts";
import { type FieldProblem, invalidField } from "../field-problem.ts";

// Source: k8s.io/apimachinery/pkg/util/validation/ip.go; ValidateNonSpecialIP in pkg/apis/core/validation. What StrictIPCIDRValidation
// (KEP-4858) asks of texts holds here always, so that no reader further on can take leading zeros as octal (CVE-2021-29923).

export const ipProblems = (path: string, value: string): readonly FieldProblem[] =>
  troubleWithIp(value).map((detail) => invalidField(path, value, detail));

function troubleWithIp(value: string): readonly string[] {
  const ip = parseIp(value);
  if (ip !== undefined) return isMapped(ip) ? ["must not be an IPv4-mapped IPv6 address"] : [];
  return parseIp(withoutZeros(value)) === undefined
    ? ["must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"]
    : ["must not have leading 0s"];
}

/** `010.0.0.007` without the zeros that some readers take as a sign of octal numbers. */
const withoutZeros = (quad: string): string => quad.replace(/(^|\.)0+(?=\d)/g, "$1");

/** An address and a prefix length; bits beyond the prefix may be set. */
export function cidrProblems(path: string, value: string): readonly FieldProblem[] {
  const match = /^([^/]+)\/(0*)(\d{1,3})$/.exec(value);
  const [, address = "", zeros = "", length = ""] = match ?? [];
  const ip = parseIp(withoutZeros(address));
  const problem = (detail: string) => [invalidField(path, value, detail)];
  if (ip === undefined || Number(length) > addressBits(ip.family))
    return problem("must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)");
  if (parseIp(address) === undefined) return problem("must not have leading 0s in IP");
  if (zeros !== "") return problem("must not have leading 0s in prefix length");
  return isMapped(ip) ? problem("must not have an IPv4-mapped IPv6 address") : [];
}

/** As above, and written as everybody else would write it, so that equal ones are equal texts. Source: IsValidIP. */
export function strictIpTroubles(value: string): readonly string[] {
  const troubles = troubleWithIp(value);
  const text = parseIp(value)?.text;
  return troubles.length > 0 || text === value ? troubles : [`must be in canonical form (${JSON.stringify(text)})`];
}

/** Source: IsValidCIDR. */
export function strictCidrProblems(path: string, value: string): readonly FieldProblem[] {
  const problems = cidrProblems(path, value);
  const [address = "", length = ""] = value.split("/");
  const ip = parseIp(address);
  if (problems.length > 0 || ip === undefined) return problems;
  const block = cidrOf(ip, Number(length));
  if (block.first.number !== ip.number)
    return [invalidField(path, value, "must not have bits set beyond the prefix length")];
  return block.text === value
    ? []
    : [invalidField(path, value, `must be in canonical form (${JSON.stringify(block.text)})`)];
}

/** Of an address that is taken, but not written as everybody else would write it. Source: GetWarningsForIP. */
export function ipWarnings(path: string, value: string): readonly string[] {
  const ip = value.includes(":") ? parseIp(value) : undefined;
  return ip === undefined || ip.text === value
    ? []
    : [
        `${path}: IPv6 address ${JSON.stringify(value)} should be in RFC 5952 canonical format (${JSON.stringify(ip.text)})`,
      ];
}

/** Source: GetWarningsForCIDR. */
export function cidrWarnings(path: string, value: string): readonly string[] {
  const [address = "", length = ""] = value.split("/");
  const ip = parseIp(address);
  if (ip === undefined || Number(length) > addressBits(ip.family)) return [];
  const block = cidrOf(ip, Number(length));
  const said = JSON.stringify(value);
  const alone = `${ip.text}/${addressBits(ip.family)}`;
  const warnings: string[] = [];
  if (block.first.number !== ip.number)
    warnings.push(
      `${path}: CIDR value ${said} is ambiguous in this context (should be "${block.text}" or "${alone}"?)`,
    );
  if (ip.family === "IPv6" && ip.text !== address)
    warnings.push(`${path}: IPv6 CIDR value ${said} should be in RFC 5952 canonical format ("${ip.text}/${length}")`);
  return warnings;
}

/** ::ffff:a.b.c.d, which some readers take for a.b.c.d. */
const isMapped = ({ family, number }: Ip): boolean => family === "IPv6" && number >> 32n === 0xffffn;

const linkLocalMulticast = ["224.0.0.0/24", "ff02::/16"].map(mustCidr);
const special: readonly (readonly [blocks: readonly Cidr[], detail: string])[] = [
  [unspecified, "may not be unspecified (0.0.0.0 or ::)"],
  [loopback, "may not be in the loopback range (127.0.0.0/8, ::1/128)"],
  [linkLocal, "may not be in the link-local range (169.254.0.0/16, fe80::/10)"],
  [linkLocalMulticast, "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)"],
];

/** An endpoint or an external address may not be one that means something else on every node (CVE-2021-25737). */
export function nonSpecialIpProblems(path: string, value: string): readonly FieldProblem[] {
  const ip = parseIp(value);
  if (ip === undefined) return [invalidField(path, value, "must be a valid IP address")];
  const judged = isMapped(ip) ? ipOf("IPv4", ip.number & 0xffff_ffffn) : ip;
  return special.flatMap(([blocks, detail]) =>
    blocks.some((block) => contains(block, judged)) ? [invalidField(path, value, detail)] : [],
  );
}
