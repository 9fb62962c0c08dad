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
  /** A certificate for a key that is somebody else's: PEM. It ends no later than the authority's own. */
  readonly forKey: (asked: Asked) => Promise<string>;
}

/** What a certificate for a given key is to say. */
export interface Asked {
  /** SubjectPublicKeyInfo in DER. */
  readonly publicKey: Uint8Array;
  /** Object identifiers with their texts, in order. */
  readonly subject: readonly { readonly type: string; readonly value: string }[];
  readonly names: readonly OtherName[];
  /** In the words of certificates.k8s.io. */
  readonly usages: readonly string[];
  readonly validity: Validity;
}

/** A name beside the subject. Source: GeneralName of RFC 5280 section 4.2.1.6. */
export interface OtherName {
  readonly type: "dns" | "ip" | "email" | "url";
  readonly value: string;
}

/** A new key, and what its owner sends to be signed for it: PEM texts. Source: RFC 2986. */
export async function createRequest(
  { name, organizations = [] }: Subject,
  hosts: readonly string[],
): Promise<{ readonly request: string; readonly key: string }> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: nameOf({ name, organizations }),
    keys,
    signingAlgorithm: algorithm,
    extensions: hosts.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(hosts.map(alternativeName))],
  });
  return { request: `${request.toString("pem")}\n`, key: await keyPem(keys.privateKey) };
}

const nameOf = ({ name, organizations = [] }: Subject): x509.Name =>
  namedAs([...organizations.map((value) => ({ type: "2.5.4.10", value })), { type: "2.5.4.3", value: name }]);

/** Each part is named as text: the library takes a bare "#0c…" for the encoding of another one. */
const namedAs = (parts: Asked["subject"]): x509.Name =>
  new x509.Name(parts.map(({ type, value }) => ({ [type]: [{ utf8String: value }] })));

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
  const sign = async ({ subject, publicKey, names, flags, uses, validity }: Signing): Promise<string> => {
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: serialNumber(),
      subject,
      issuer: own.subjectName,
      notBefore: new Date(validity.from),
      notAfter: new Date(Math.min(validity.to, own.notAfter.getTime())),
      signingAlgorithm: algorithm,
      publicKey,
      signingKey,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        // Without one bit at least the extension must not be there, and OpenSSL breaks the handshake. RFC 5280 section 4.2.1.3.
        ...(flags === 0 ? [] : [new x509.KeyUsagesExtension(flags, true)]),
        ...(uses.length === 0 ? [] : [new x509.ExtendedKeyUsageExtension([...uses])]),
        await x509.AuthorityKeyIdentifierExtension.create(own.publicKey),
        ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension([...names])]),
      ],
    });
    return `${certificate.toString("pem")}\n`;
  };
  const issue = async ({ subject, hosts, use, validity }: Wanted): Promise<KeyPair> => {
    const { publicKey, privateKey } = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
    const [flags, names] = [x509.KeyUsageFlags.digitalSignature, hosts.map(alternativeName)];
    const certificate = await sign({ subject: nameOf(subject), publicKey, names, flags, uses: [use], validity });
    return { certificate, key: await keyPem(privateKey) };
  };
  return {
    certificate: `${own.toString("pem")}\n`,
    key,
    forServer: (subject, hosts, validity) => issue({ subject, hosts, use: serverUse, validity }),
    forClient: (subject, validity) => issue({ subject, hosts: [], use: clientUse, validity }),
    forKey: ({ publicKey, subject, names, usages, validity }) =>
      sign({
        subject: namedAs(subject),
        publicKey: new x509.PublicKey(Buffer.from(publicKey)),
        names,
        flags: usages.reduce((flags, usage) => flags | (keyUsages.get(usage) ?? 0), 0),
        uses: usages.flatMap((usage) => extendedUsages.get(usage) ?? []),
        validity,
      }),
  };
}

interface Wanted {
  readonly subject: Subject;
  readonly hosts: readonly string[];
  readonly use: string;
  readonly validity: Validity;
}

interface Signing {
  readonly subject: x509.Name;
  readonly publicKey: x509.PublicKeyType;
  readonly names: readonly OtherName[];
  readonly flags: number;
  readonly uses: readonly string[];
  readonly validity: Validity;
}

/** Those that this cluster's signers sign. */
const keyUsages = new Map([
  ["digital signature", x509.KeyUsageFlags.digitalSignature],
  ["key encipherment", x509.KeyUsageFlags.keyEncipherment],
]);
const extendedUsages = new Map([
  ["server auth", serverUse],
  ["client auth", clientUse],
]);

const alternativeName = (host: string): OtherName => ({
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
