import type { Certificate, RouteTable } from "../route-table.ts";
import { type HaproxyPlan, SELF_SIGNED } from "./plan.ts";

type Certified = Pick<HaproxyPlan, "certificates" | "certificateList"> & {
  readonly owners: ReadonlyMap<string, string>;
};

/** A certificate of other hosts is another file, so that the new one is there before the old one goes. */
export function certificatesOf({ certificates: { byHost, fallback } }: RouteTable): Certified {
  const shown = new Map<string, { readonly certificate: Certificate; readonly hosts: string[] }>();
  for (const [host, certificate] of byHost) {
    const known = shown.get(certificate.fingerprint);
    if (known === undefined) shown.set(certificate.fingerprint, { certificate, hosts: [host] });
    else known.hosts.push(host);
  }
  const list = [...shown.values()].map(({ certificate, hosts }) => {
    const names = hosts.filter((host) => host !== "*").toSorted();
    return { file: `${certificate.fingerprint}-${digest(names.join(" "))}.pem`, hosts: names, pem: pemOf(certificate) };
  });
  const first =
    fallback === undefined
      ? { file: SELF_SIGNED, hosts: [] }
      : { file: `${fallback.fingerprint}.pem`, hosts: [], pem: pemOf(fallback) };
  const all = [first, ...list.filter(({ hosts }) => hosts.length > 0).toSorted((a, b) => (a.file < b.file ? -1 : 1))];
  return {
    certificates: new Map(all.flatMap((one) => ("pem" in one ? [[one.file, one.pem]] : []))),
    certificateList: all.map(({ file, hosts }) => ({ file, hosts })),
    owners: new Map([...byHost].map(([host, { fingerprint }]) => [host, fingerprint])),
  };
}

/** Of a text, in 16 hexadecimal digits. FNV-1a in two halves: tells lists of hosts of one certificate apart, nothing more. */
function digest(text: string): string {
  let [one, other] = [0x811c9dc5, 0x1000193];
  for (let at = 0; at < text.length; at++) {
    one = Math.imul(one ^ text.charCodeAt(at), 0x01000193);
    other = Math.imul(other ^ text.charCodeAt(at) ^ at, 0x85ebca6b);
  }
  return [one, other].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join("");
}

/** A payload on the runtime socket ends at an empty line. */
const pemOf = ({ chain, key }: Certificate): string =>
  `${chain}\n${key}\n`
    .replace(/\r/g, "")
    .replace(/\n{2,}/g, "\n")
    .trimStart();
