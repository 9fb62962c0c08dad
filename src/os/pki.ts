/**
 * The cluster's certificates. Loaded late: the library behind it costs more than making the certificates, and they are made once.
 * Source: "PKI certificates and requirements" in the Kubernetes documentation; RFC 5280.
 */
import { webcrypto } from "node:crypto";
import "reflect-metadata"; // what the next one is built upon
import * as x509 from "@peculiar/x509";

/** PEM texts. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

/** What a certificate says of its holder. A client's name is its user, its organizations are its groups. */
export interface Subject {
  readonly name: string;
  readonly organizations?: readonly string[];
}

/** From when to when, in milliseconds since 1970. */
export interface Validity {
  readonly from: number;
  readonly to: number;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const [serverUse, clientUse] = ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"];

/** One who signs. */
export interface Authority {
  /** PEM: what others trust. */
  readonly certificate: string;
  readonly key: string;
  /** A certificate for a server that is called by these names and addresses. */
  readonly forServer: (subject: Subject, hosts: readonly string[], validity: Validity) => Promise<KeyPair>;
  /** A certificate by which a client shows who it is. */
  readonly forClient: (subject: Subject, validity: Validity) => Promise<KeyPair>;
}

/** A new authority that nobody else has signed. */
export async function createAuthority(name: string, validity: Validity): Promise<Authority> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: [{ CN: [name] }],
    notBefore: new Date(validity.from),
    notAfter: new Date(validity.to),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign | x509.KeyUsageFlags.digitalSignature,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return authority(certificate, keys.privateKey, await keyPem(keys.privateKey));
}

/** The authority that was made before. */
export async function readAuthority({ certificate, key }: KeyPair): Promise<Authority> {
  const bytes = x509.PemConverter.decodeFirst(key);
  const signingKey = await webcrypto.subtle.importKey("pkcs8", bytes, algorithm, true, ["sign"]);
  return authority(new x509.X509Certificate(certificate), signingKey, key);
}

function authority(own: x509.X509Certificate, signingKey: webcrypto.CryptoKey, key: string): Authority {
  const issue = async ({ subject, hosts, use, validity }: Wanted): Promise<KeyPair> => {
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: serialNumber(),
      subject: [...(subject.organizations ?? []).map((one) => ({ O: [one] })), { CN: [subject.name] }],
      issuer: own.subjectName,
      notBefore: new Date(validity.from),
      notAfter: new Date(validity.to),
      signingAlgorithm: algorithm,
      publicKey: keys.publicKey,
      signingKey,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([use]),
        await x509.AuthorityKeyIdentifierExtension.create(own.publicKey),
        ...(hosts.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(hosts.map(alternativeName))]),
      ],
    });
    return { certificate: `${certificate.toString("pem")}\n`, key: await keyPem(keys.privateKey) };
  };
  return {
    certificate: `${own.toString("pem")}\n`,
    key,
    forServer: (subject, hosts, validity) => issue({ subject, hosts, use: serverUse, validity }),
    forClient: (subject, validity) => issue({ subject, hosts: [], use: clientUse, validity }),
  };
}

interface Wanted {
  readonly subject: Subject;
  readonly hosts: readonly string[];
  readonly use: string;
  readonly validity: Validity;
}

const alternativeName = (host: string): x509.JsonGeneralName => ({
  type: /^[\d.]+$|:/.test(host) ? "ip" : "dns",
  value: host,
});

/** 127 bits nobody can foresee, since two certificates of an authority must not share a number. */
function serialNumber(): string {
  const bytes = webcrypto.getRandomValues(new Uint8Array(16));
  return Buffer.from(bytes.with(0, (bytes[0] ?? 0) & 0x7f)).toString("hex");
}

async function keyPem(key: webcrypto.CryptoKey): Promise<string> {
  return `${x509.PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY")}\n`;
}
