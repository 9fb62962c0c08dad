const { generateKeyPairSync, randomBytes, sign } = process.getBuiltinModule("node:crypto");

/** A key and a certificate for `name`, signed by that key itself and good from a day before `now` on for ten years; PEM. */
export function selfSigned(name: string, now: Date): { readonly key: string; readonly cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const subject = sequence(set(sequence(commonName, der(tag.utf8String, Buffer.from(name)))));
  const validity = sequence(time(now, -1), time(now, 3650));
  const names = sequence(der(tag.dnsName, Buffer.from(name)), der(tag.dnsName, Buffer.from("localhost")));
  const extensions = der(tag.extensions, sequence(sequence(subjectAltName, der(tag.octetString, names))));
  // RFC 5280, section 4.1: TBSCertificate, version 3.
  const content = sequence(
    der(tag.version, der(tag.integer, Buffer.from([2]))),
    der(tag.integer, Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    ecdsaWithSha256,
    subject,
    validity,
    subject,
    publicKey.export({ type: "spki", format: "der" }),
    extensions,
  );
  const signature = Buffer.concat([Buffer.from([0]), sign("sha256", content, privateKey)]);
  const certificate = sequence(content, ecdsaWithSha256, der(tag.bitString, signature));
  const lines = certificate.toString("base64").replace(/.{64}/g, "$&\n");
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  };
}

/** Identifier octets of DER (X.690); the last three are context-specific ones of RFC 5280. */
const tag = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectId: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  sequence: 0x30,
  set: 0x31,
  version: 0xa0,
  extensions: 0xa3,
  dnsName: 0x82,
};

function der(kind: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const { length } = body;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([kind, ...size]), body]);
}
const sequence = (...parts: readonly Uint8Array[]): Buffer => der(tag.sequence, ...parts);
const set = (...parts: readonly Uint8Array[]): Buffer => der(tag.set, ...parts);
const objectId = (hex: string): Buffer => der(tag.objectId, Buffer.from(hex, "hex"));

/** 2.5.4.3, 2.5.29.17 and 1.2.840.10045.4.3.2. */
const commonName = objectId("550403");
const subjectAltName = objectId("551d11");
const ecdsaWithSha256 = sequence(objectId("2a8648ce3d040302"));

// With two digits for the year, which RFC 5280 wants until 2049.
function time(now: Date, days: number): Buffer {
  const text = new Date(now.getTime() + days * 86_400_000).toISOString().replace(/^..|[-:T]|\.\d+/g, "");
  return der(tag.utcTime, Buffer.from(text));
}
