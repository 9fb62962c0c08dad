import { dnsSubdomainTrouble } from "#machinery/rules/names.ts";
import type { TlsClaim } from "./entry.ts";
import type { EntryDraft } from "./entry-draft.ts";
import { isNamed, readHost } from "./ingress-host.ts";
import type { Certificate, HostPattern } from "./route-table.ts";
import { showValue } from "./shown-value.ts";

/**
 * The names of the Ingress that are answered by TLS, and the certificate of each. Where the one that is asked for can't be used, the default
 * one is shown. A part of `spec.tls` without hosts is about those of the rules.
 */
export function certifiedHosts(draft: EntryDraft): ReadonlyMap<HostPattern, TlsClaim> {
  const claims = new Map<HostPattern, TlsClaim>();
  const named = new Map<Certificate, readonly string[]>();
  const own = draft.hosts.filter((host) => !draft.furtherNames.has(host));
  for (const [i, { hosts = [], secretName }] of (draft.ingress.spec.tls ?? []).entries()) {
    const field = `spec.tls[${i}]`;
    const wanted = hosts.length === 0 ? own : readHosts(draft, hosts, field);
    const reading = secretName === undefined || secretName === "" ? undefined : read(draft, secretName, field);
    if (reading !== undefined) named.set(reading.certificate, reading.names);
    for (const host of wanted) {
      if (reading !== undefined && host !== "*" && !isNamed(host, reading.names))
        noteOtherName(draft, { field, host, ...reading });
      if (claims.get(host)?.certificate === undefined) claims.set(host, { certificate: reading?.certificate, field });
    }
  }
  for (const [name, { host }] of draft.furtherNames) {
    const main = claims.get(host);
    if (main === undefined || claims.has(name)) continue;
    const [certificate] = [...named].find(([, names]) => isNamed(name, names)) ?? [];
    claims.set(name, { certificate, field: main.field });
  }
  return claims;
}

function readHosts(draft: EntryDraft, hosts: readonly string[], field: string): readonly HostPattern[] {
  return hosts.flatMap((text, i) => {
    const host = readHost(text);
    if (host === undefined)
      draft.refuse(`${field}.hosts[${i}]`, "HostInvalid", `${showValue(text)} is no DNS name; it gets no certificate`);
    return host ?? [];
  });
}

interface Read {
  readonly certificate: Certificate;
  readonly names: readonly string[];
}

function read(draft: EntryDraft, secretName: string, field: string): Read | undefined {
  // Of the Ingress' own namespace alone: what has a slash or a `..` in it is no name, and is not asked for.
  if (dnsSubdomainTrouble(secretName).length > 0) {
    const message = `${showValue(secretName)} is no name of a Secret of the Ingress' namespace; the default certificate is shown`;
    draft.refuse(`${field}.secretName`, "CertificateMissing", message);
    return undefined;
  }
  const name = `${draft.ingress.metadata.namespace}/${secretName}`;
  draft.read({ kind: "Secret", name });
  const reading = draft.around.certificate(name);
  if (reading.kind === "read")
    return {
      certificate: { ...reading.certificate, origin: draft.origin(`${field}.secretName`) },
      names: reading.facts.names,
    };
  draft.refuse(`${field}.secretName`, reading.because, `${reading.message}; the default certificate is shown`);
  return undefined;
}

function noteOtherName(
  draft: EntryDraft,
  { field, host, certificate, names }: Read & { field: string; host: string },
): void {
  const has = names.length === 0 ? "no name" : showValue(names.join(", "));
  const message = `the certificate in Secret ${certificate.secret} is for ${has}, not for ${host}; clients will refuse it`;
  draft.note(`${field}.secretName`, "CertificateNamesOther", message);
}
