import { createHash, randomInt, X509Certificate } from "node:crypto";
import { secrets } from "#api/core/secret.ts";
import { resourceClient } from "#client/resource.ts";
import type { Transport } from "#client/transport.ts";
import { showTime } from "#machinery/time.ts";

/** What a machine needs to join a cluster, besides the server's address. */
export interface JoinToken {
  /** `abcdef.0123456789abcdef` */
  readonly token: string;
  /** `sha256:` and the hash of the authority's public key, as kubeadm writes it. */
  readonly caCertHash: string;
}

const namespace = "kube-system";
const type = "bootstrap.kubernetes.io/token";
/** As kubeadm's. */
const lifeMs = 24 * 3600 * 1000;
const group = "system:bootstrappers:kubeadm:default-node-token";

/** Makes a token for newcomers, and takes away those that have ended. Source: "Authenticating with Bootstrap Tokens". */
export async function makeJoinToken(transport: Transport, ca: string, now: number): Promise<JoinToken> {
  const client = resourceClient(transport, secrets);
  const { items } = await client.list(namespace);
  const ended = items.filter((secret) => secret.type === type && endOf(secret.data?.expiration) < now);
  await Promise.all(ended.map(({ metadata }) => client.delete(namespace, metadata.name)));
  const [id, secret] = [randomText(6), randomText(16)];
  const expiration = showTime(now + lifeMs);
  const fields = {
    "token-id": id,
    "token-secret": secret,
    expiration,
    "usage-bootstrap-authentication": "true",
    "auth-extra-groups": group,
  };
  await client.create(namespace, {
    metadata: { name: `bootstrap-token-${id}`, namespace },
    type,
    data: base64Of(fields),
  });
  return { token: `${id}.${secret}`, caCertHash: caCertHash(ca) };
}

const base64Of = (fields: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).map(([name, text]) => [name, Buffer.from(text).toString("base64")]));

const endOf = (expiration: string | undefined): number =>
  expiration === undefined ? Number.POSITIVE_INFINITY : Date.parse(Buffer.from(expiration, "base64").toString());

const letters = "0123456789abcdefghijklmnopqrstuvwxyz";
const randomText = (length: number): string =>
  Array.from({ length }, () => letters[randomInt(letters.length)]).join("");

/** Source: --discovery-token-ca-cert-hash of kubeadm join: the SHA-256 of the SubjectPublicKeyInfo. */
export function caCertHash(ca: string): string {
  const key = new X509Certificate(ca).publicKey.export({ type: "spki", format: "der" });
  return `sha256:${createHash("sha256").update(key).digest("hex")}`;
}
