import { createAuthority, type KeyPair } from "#os/pki.ts";

const name = "portolan-ingress.invalid";
const dayMs = 86_400_000;

/**
 * What clients are shown that ask for a host without a certificate: nobody trusts it, and no host is called so (RFC 6761 section 6.4). `now`:
 * milliseconds since 1970.
 */
export async function selfSigned(now: number): Promise<KeyPair> {
  const validity = { from: now - dayMs, to: now + 365 * dayMs };
  const authority = await createAuthority(name, validity);
  return authority.forServer({ name }, [name], validity);
}
