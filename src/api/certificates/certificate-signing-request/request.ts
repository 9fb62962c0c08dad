import {
  contentOf,
  contextTag,
  type Der,
  derTags,
  Malformed,
  partsOf,
  type Reading,
  readDer,
  reading,
  showOid,
} from "#machinery/der.ts";
import { readPem } from "#machinery/pem.ts";
import { type IpFamily, ipOf } from "#net/ip.ts";

/**
 * What somebody asks to have signed, as it stands in `spec.request`.
 *
 *     CertificationRequest ::= SEQUENCE { info, signatureAlgorithm, signature BIT STRING }
 *     info ::= SEQUENCE { version INTEGER, subject Name, subjectPublicKeyInfo, attributes [0] SET OF Attribute }
 *
 * Source: RFC 2986 section 4.
 */
export interface CertificateRequest {
  /** In their order: object identifier and text. */
  readonly subject: readonly NamePart[];
  readonly commonName: string;
  readonly organizations: readonly string[];
  readonly dnsNames: readonly string[];
  readonly emails: readonly string[];
  /** In canonical form. */
  readonly ipAddresses: readonly string[];
  readonly uris: readonly string[];
  /** SubjectPublicKeyInfo, in DER. */
  readonly publicKey: Uint8Array;
  /** What is signed, how (an object identifier), and the signature. */
  readonly info: Uint8Array;
  readonly signatureAlgorithm: string;
  readonly signature: Uint8Array;
}
export interface NamePart {
  readonly type: string;
  readonly value: string;
}

const [commonNameType, organizationType] = ["2.5.4.3", "2.5.4.10"];
const [extensionRequest, alternativeNames] = ["1.2.840.113549.1.9.14", "2.5.29.17"];

/** Reads a PEM text in base64, as the API has it. */
export const parseRequest = (base64: string): Reading<CertificateRequest> => reading(() => requestIn(base64));

function requestIn(base64: string): CertificateRequest {
  const [block] = readPem(utf8.decode(Uint8Array.fromBase64(base64)));
  if (block?.label !== "CERTIFICATE REQUEST") throw new Malformed("PEM block type must be CERTIFICATE REQUEST");
  const [info, algorithm, signature] = partsOf(readDer(block.bytes), derTags.sequence);
  const [, name, publicKey, attributes] = partsOf(info, derTags.sequence);
  contentOf(publicKey, derTags.sequence);
  const subject = nameParts(name);
  const valuesOf = (wanted: string) => subject.filter(({ type }) => type === wanted).map(({ value }) => value);
  return {
    subject,
    commonName: valuesOf(commonNameType).at(-1) ?? "",
    organizations: valuesOf(organizationType),
    ...namesIn(attributes),
    publicKey: publicKey?.whole ?? new Uint8Array(),
    info: info?.whole ?? new Uint8Array(),
    signatureAlgorithm: showOid(contentOf(partsOf(algorithm, derTags.sequence)[0], derTags.oid)),
    signature: contentOf(signature, derTags.bitString).subarray(1), // the first byte counts unused bits: none
  };
}
const utf8 = new TextDecoder();

/** Name ::= SEQUENCE OF SET OF SEQUENCE { type OID, value }. Source: RFC 5280 section 4.1.2.4. */
const nameParts = (name: Der | undefined): readonly NamePart[] =>
  partsOf(name, derTags.sequence).flatMap((set) =>
    partsOf(set, derTags.set).map((pair) => {
      const [type, value] = partsOf(pair, derTags.sequence);
      if (value === undefined) throw new Malformed("asn1: structure error: a name without a value");
      return { type: showOid(contentOf(type, derTags.oid)), value: utf8.decode(value.content) };
    }),
  );

type Names = Pick<CertificateRequest, "dnsNames" | "emails" | "ipAddresses" | "uris">;

/** The names beside the subject that are asked for: the extension subjectAltName. */
function namesIn(attributes: Der | undefined): Names {
  const listed = attributes === undefined ? [] : partsOf(attributes, contextTag(0, "constructed"));
  const extensions = listed.flatMap((attribute) => {
    const [type, values] = partsOf(attribute, derTags.sequence);
    if (showOid(contentOf(type, derTags.oid)) !== extensionRequest) return [];
    return partsOf(values, derTags.set).flatMap((one) => partsOf(one, derTags.sequence));
  });
  const names = extensions.flatMap((extension) => {
    const parts = partsOf(extension, derTags.sequence);
    if (showOid(contentOf(parts[0], derTags.oid)) !== alternativeNames) return [];
    return partsOf(readDer(contentOf(parts.at(-1), derTags.octetString)), derTags.sequence);
  });
  const texts = (number: number) =>
    names.filter(({ tag }) => tag === contextTag(number, "primitive")).map(({ content }) => utf8.decode(content));
  return {
    emails: texts(1),
    dnsNames: texts(2),
    uris: texts(6),
    ipAddresses: names.filter(({ tag }) => tag === contextTag(7, "primitive")).map(({ content }) => showIp(content)),
  };
}

function showIp(bytes: Uint8Array): string {
  const family: IpFamily | undefined = bytes.length === 4 ? "IPv4" : bytes.length === 16 ? "IPv6" : undefined;
  if (family === undefined) throw new Malformed(`x509: cannot parse IP address of length ${bytes.length}`);
  return ipOf(family, BigInt(`0x${bytes.toHex()}`)).text;
}
