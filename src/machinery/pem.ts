/** One block of a PEM text: `-----BEGIN CERTIFICATE-----`, base64, `-----END CERTIFICATE-----`. Source: RFC 7468. */
export interface PemBlock {
  readonly label: string;
  readonly bytes: Uint8Array;
  /** `Name: value` lines before the base64, as RFC 1421 has them. */
  readonly hasHeaders: boolean;
}

const block = /-----BEGIN ([^-\n]+)-----\r?\n([\s\S]*?)-----END \1-----/g;

/** The blocks of a text; what stands between them is left out, and so is a block whose base64 is none. */
export function readPem(text: string): readonly PemBlock[] {
  return [...text.matchAll(block)].flatMap(([, label = "", body = ""]) => {
    const lines = body.split("\n");
    const hasHeaders = lines.some((line) => line.includes(":"));
    const base64 = lines
      .filter((line) => !line.includes(":"))
      .join("")
      .replace(/\s/g, "");
    const isBase64 = base64.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(base64);
    return isBase64 ? [{ label, bytes: Uint8Array.fromBase64(base64), hasHeaders }] : [];
  });
}
