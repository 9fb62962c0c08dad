import { constants } from "node:crypto";
import { createSecureContext, type SecureContext } from "node:tls";
import type { Certificate, Certificates } from "#core/routes/route-table.ts";

/** Shown to clients by the name that they ask for. Contexts are made at the first client, and kept as long as their certificate is served. */
export class CertificateShelf {
  #certificates: Certificates = { byHost: new Map(), fallback: undefined };
  #contexts = new Map<string, SecureContext | undefined>();
  #ownFallback: SecureContext | undefined;

  /** Later clients are shown these. */
  async follow(certificates: Certificates): Promise<void> {
    this.#certificates = certificates;
    const served = new Set([...certificates.byHost.values()].map(({ fingerprint }) => fingerprint));
    if (certificates.fallback !== undefined) served.add(certificates.fallback.fingerprint);
    for (const fingerprint of this.#contexts.keys()) if (!served.has(fingerprint)) this.#contexts.delete(fingerprint);
    this.#ownFallback ??= await selfSigned();
  }

  /** The certificate of a name: its own, or that of the wildcard above it; undefined: the fallback's. */
  certificateOf(name: string): Certificate | undefined {
    const { byHost } = this.#certificates;
    return byHost.get(name) ?? byHost.get(`*${name.slice(name.indexOf("."))}`) ?? byHost.get("*");
  }

  contextOf(name: string | undefined): SecureContext | undefined {
    const own = name === undefined ? undefined : this.certificateOf(name.toLowerCase());
    return this.#made(own) ?? this.#made(this.#certificates.fallback) ?? this.#ownFallback;
  }

  /** undefined: there is none, or TLS does not take it; others are served all the same. */
  #made(certificate: Certificate | undefined): SecureContext | undefined {
    if (certificate === undefined) return undefined;
    if (this.#contexts.has(certificate.fingerprint)) return this.#contexts.get(certificate.fingerprint);
    const context = contextFrom(certificate);
    this.#contexts.set(certificate.fingerprint, context);
    return context;
  }
}

function contextFrom({ chain, key }: Certificate): SecureContext | undefined {
  try {
    return servingContext({ certificate: chain, key });
  } catch {
    // The table's maker has checked it and told its object; what TLS refuses still is shown to nobody.
    return undefined;
  }
}

/** TLS 1.2 lets clients negotiate anew without end, which costs them little. */
const servingContext = ({ certificate, key }: { readonly certificate: string; readonly key: string }): SecureContext =>
  createSecureContext({ cert: certificate, key, secureOptions: constants.SSL_OP_NO_RENEGOTIATION });

const yearMs = 365 * 24 * 3600 * 1000;

/** For clients that ask for no name that anybody has a certificate for. */
async function selfSigned(): Promise<SecureContext> {
  const { createAuthority } = await import("#os/pki.ts");
  const now = Date.now();
  const validity = { from: now - 24 * 3600 * 1000, to: now + yearMs };
  const authority = await createAuthority("Portolan Ingress", validity);
  const pair = await authority.forServer({ name: "ingress.local" }, ["ingress.local"], validity);
  return servingContext(pair);
}
