import { createPrivateKey, X509Certificate } from "node:crypto";
import { readIfThere, writeWhole } from "#os/files.ts";
import type { KeyPair } from "#os/pki.ts";

/** A certificate and its key in one PEM file: never the one without the other. As the kubelet keeps `kubelet-client-current.pem`. */
export async function readKeyFile(path: string): Promise<KeyPair | undefined> {
  const text = (await readIfThere(path)) ?? "";
  const certificate = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----\n?/.exec(text)?.[0];
  const key = /-----BEGIN PRIVATE KEY-----[\s\S]*?-----END PRIVATE KEY-----\n?/.exec(text)?.[0];
  return certificate === undefined || key === undefined ? undefined : { certificate, key };
}

/** Nobody else may read it, and it outlives a power cut. */
export const writeKeyFile = (path: string, { certificate, key }: KeyPair): Promise<void> =>
  writeWhole(path, `${certificate.trim()}\n${key.trim()}\n`, { mode: 0o600, durable: true });

/** What a certificate must say to be of use. */
export interface Fitness {
  /** Its subject's common name. */
  readonly name: string;
  /** Names and addresses that it must be good for. */
  readonly hosts: readonly string[];
  /** PEM of who must have signed it; undefined: whoever. */
  readonly ca: string | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export function isFit({ certificate, key }: KeyPair, { name, hosts, ca, now }: Fitness): boolean {
  const read = new X509Certificate(certificate);
  const told = (read.subjectAltName ?? "").split(", ");
  return (
    read.subject.split("\n").includes(`CN=${name}`) &&
    Date.parse(read.validTo) > now &&
    read.checkPrivateKey(createPrivateKey(key)) &&
    (ca === undefined || read.verify(new X509Certificate(ca).publicKey)) &&
    hosts.every((host) => told.includes(`DNS:${host}`) || told.includes(`IP Address:${host}`))
  );
}

/** When it is time for another: `fraction` of its life has passed. Milliseconds since 1970. */
export function renewalMs({ certificate }: KeyPair, fraction: number): number {
  const { validFrom, validTo } = new X509Certificate(certificate);
  const from = Date.parse(validFrom);
  return from + (Date.parse(validTo) - from) * fraction;
}
