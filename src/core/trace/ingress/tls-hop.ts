import { explain } from "../../reasons.ts";
import { isNamed } from "../../routes/ingress-host.ts";
import { hostPatterns } from "../../routes/match.ts";
import type { Certificate, Finding, Passthrough } from "../../routes/route-table.ts";
import type { Fix, Hop } from "../story.ts";
import { findingsFor } from "./no-rule.ts";
import { findingEvidence, objectOf } from "./route-words.ts";
import { nameOf, type Routing } from "./routing.ts";

/** Names with one label in the place of `*` (RFC 6125 section 6.4.3). */
const patterns = (host: string): readonly string[] => [...hostPatterns({ wildcards: "oneLabel" }, host)];

/** TLS that the controller doesn't open. */
export const passthroughOf = (host: string, { table }: Routing): Passthrough | undefined =>
  patterns(host)
    .map((one) => table.passthroughs.get(one))
    .find((one) => one !== undefined);

/** Which certificate a client is shown that asks for the name. One that can't be used where one is asked for is where clients end. */
export function tlsHop(host: string, routing: Routing): Hop {
  const { byHost, fallback } = routing.table.certificates;
  const shown = patterns(host)
    .filter((one) => one !== "*")
    .map((one) => byHost.get(one))
    .find((one) => one !== undefined);
  const trouble = findingsFor(host, routing).find((one) => isOfCertificate(one, host, routing));
  if (trouble !== undefined) return troubled(trouble, routing);
  if (shown !== undefined) return certified(host, shown, routing);
  if (
    fallback !== undefined &&
    isNamed(host, routing.objects.shelf.inspectCertificate(fallback.chain, fallback.key).names)
  )
    return certified(host, fallback, routing);
  const what = fallback === undefined ? "one that it has signed itself" : `that of Secret ${fallback.secret}`;
  const [ingress] = routing.ingressesOf(host);
  const tells = `the controller shows its default certificate, ${what}: clients that check it refuse it unless told otherwise`;
  const evidence =
    ingress === undefined
      ? []
      : [{ object: `Ingress ${nameOf(ingress)}`, field: "spec.tls", value: "nothing for this host" }];
  return { kind: "tls", outcome: "passes", because: "DefaultCertificate", tells, evidence };
}

const certificateReasons: ReadonlySet<string> = new Set([
  "CertificateMissing",
  "CertificateInvalid",
  "CertificateExpired",
  "CertificateNamesOther",
]);

function isOfCertificate({ because, origin }: Finding, host: string, routing: Routing): boolean {
  if (!certificateReasons.has(because)) return false;
  const tls = routing.book.entry(origin.name)?.tls;
  return patterns(host).some((one) => tls?.has(one) === true && origin.field.startsWith(tls.get(one)?.field ?? " "));
}

function troubled(trouble: Finding, routing: Routing): Hop {
  const { origin, because } = trouble;
  const ingress = routing.ingress(origin.name);
  const [, index = "0"] = /^spec\.tls\[(\d+)\]/.exec(origin.field) ?? [];
  const secret = `${ingress?.metadata.namespace}/${ingress?.spec.tls?.[Number(index)]?.secretName}`;
  const unread = routing.objects.unread.get(secret);
  const base = { kind: "tls", evidence: [findingEvidence(trouble)] } as const;
  if (unread !== undefined)
    return {
      ...base,
      outcome: "unknown",
      because: "NotReadable",
      tells: `Secret ${secret} can't be read`,
      evidence: [{ seen: unread }],
    };
  const tells =
    because === "CertificateNamesOther"
      ? `the certificate in Secret ${secret} is for other names: clients refuse it`
      : `the certificate in Secret ${secret} can't be shown, and clients refuse the default one: ${explain(because)}`;
  return { ...base, outcome: "stops", because, tells, fix: fixOf(trouble, secret) };
}

function fixOf({ because, origin }: Finding, secret: string): Fix {
  switch (because) {
    case "CertificateMissing":
      return {
        object: objectOf(origin),
        field: origin.field,
        change: "the name of a Secret of type kubernetes.io/tls in its namespace",
      };
    case "CertificateNamesOther":
      return { object: `Secret ${secret}`, field: "data[tls.crt]", change: "a certificate for this host" };
    case "CertificateExpired":
      return { object: `Secret ${secret}`, field: "data[tls.crt]", change: "a certificate that has not ended" };
    default:
      return { object: `Secret ${secret}`, field: "data", change: "tls.crt and tls.key that belong together, as PEM" };
  }
}

function certified(host: string, { secret, origin, chain, key }: Certificate, { objects }: Routing): Hop {
  const { notAfter } = objects.shelf.inspectCertificate(chain, key);
  const until = new Date(notAfter).toISOString().slice(0, 10);
  return {
    kind: "tls",
    outcome: "passes",
    because: "CertificateShown",
    tells: `clients that ask for ${host} are shown the certificate of Secret ${secret}, which counts until ${until}`,
    evidence: [{ object: objectOf(origin), field: origin.field, value: secret.split("/")[1] ?? "" }],
  };
}
