import { createHash, createPrivateKey, X509Certificate } from "node:crypto";
import type { CertificateFacts } from "#core/routes/certificate-shelf.ts";

const blocks = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** What a certificate chain and its key say; never rejects them by a throw. PEM texts. */
export function inspectCertificate(chain: string, key: string): CertificateFacts {
  const nothing = { names: [], notAfter: 0 };
  const texts = chain.match(blocks) ?? [];
  const [first, ...others] = texts.map(readCertificate);
  if (first === undefined || others.includes(undefined))
    return { ...nothing, problem: "tls.crt holds no certificate that can be read, as PEM" };
  const secret = readKey(key);
  if (typeof secret === "string") return { ...nothing, problem: secret };
  const facts = { names: namesOf(first), notAfter: Date.parse(first.validTo) };
  return first.checkPrivateKey(secret)
    ? facts
    : { ...facts, problem: "tls.key is the key of another certificate than the first one of tls.crt" };
}

function readCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch (fault) {
    if (isUnreadable(fault)) return undefined;
    throw fault;
  }
}

/** The key, or why it is none. */
function readKey(pem: string): ReturnType<typeof createPrivateKey> | string {
  if (/ENCRYPTED/.test(pem)) return "tls.key is encrypted, and nobody is here to give its password";
  try {
    return createPrivateKey(pem);
  } catch (fault) {
    if (isUnreadable(fault)) return "tls.key holds no key that can be read, as PEM";
    throw fault;
  }
}

/** Every fault of OpenSSL and of Node's own reading has a code. */
const isUnreadable = (fault: unknown): boolean =>
  fault instanceof Error && "code" in fault && /^ERR_(OSSL|CRYPTO|INVALID)/.test(String(fault.code));

/** Its DNS names, or the common name of an old one that has none. */
function namesOf({ subjectAltName, subject }: X509Certificate): readonly string[] {
  const names = [...(subjectAltName ?? "").matchAll(/(?:^|, )DNS:("(?:[^"\\]|\\.)*"|[^,]+)/g)].map(
    ([, name = ""]) => name,
  );
  if (subjectAltName !== undefined)
    return names.filter((name) => !name.startsWith('"')).map((name) => name.toLowerCase());
  const common = /^CN=(.+)$/m.exec(subject)?.[1];
  return common === undefined ? [] : [common.toLowerCase()];
}

/** Fit to be a file's name. */
export const fingerprintOf = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 32);
