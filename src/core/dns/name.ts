/**
 * A domain name as zone files write it, always absolute: labels with a dot after each (`nginx.default.svc.cluster.local.`), the
 * root is `.`. A byte that would be read wrongly in a label (a dot, a backslash, anything but visible ASCII) stands as `\DDD`, so
 * that every dot is a border, equal names have equal text but for case, and a name can be a map key. Source: RFC 1035 section 5.1.
 */
export type Name = string;

/** Length limits in bytes, as the wire counts them. Source: RFC 1035 section 2.3.4. */
export const MAX_LABEL_BYTES = 63;
export const MAX_NAME_BYTES = 255;

/** Names are compared like this: ASCII letters lose their case (RFC 4343), and there is nothing else in a name's text. */
export const lowerName = (name: Name): Name => name.toLowerCase();

/** The labels from left to right; none for the root. */
export const labelsOf = (name: Name): readonly string[] => (name === "." ? [] : name.slice(0, -1).split("."));

export const nameOf = (labels: readonly string[]): Name => (labels.length === 0 ? "." : `${labels.join(".")}.`);

/** Whether `name` is `ancestor` or below it. Both in lower case. */
export const isWithin = (name: Name, ancestor: Name): boolean =>
  name === ancestor || ancestor === "." || name.endsWith(`.${ancestor}`);

/**
 * Reads a host name as the API writes it (`db.example.com`, with or without the last dot) in lower case; undefined where it can't
 * be a domain name. Underscores pass, since names like `_dmarc.example.com` are aliased too.
 */
export function parseHostName(text: string): Name | undefined {
  const name = lowerName(text.endsWith(".") ? text : `${text}.`);
  if (name.length + 1 > MAX_NAME_BYTES || !labelsOf(name).every(isHostLabel)) return undefined;
  return name === "." ? undefined : name;
}

/** A label that host names are made of: letters, digits, hyphens, underscores, at most 63. */
export const isHostLabel = (label: string): boolean => /^[a-z0-9_-]{1,63}$/i.test(label);

/** How each byte of a label is written. */
export const BYTE_TEXTS: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  const visible = byte > 32 && byte < 127 && byte !== 46 && byte !== 92;
  return visible ? String.fromCharCode(byte) : `\\${String(byte).padStart(3, "0")}`;
});
