/** One entry of a tar archive; what `kind` a hostile one has is all that matters. Source: POSIX.1 pax, ustar interchange format. */
export interface TarEntry {
  readonly name: string;
  readonly kind: "file" | "hardLink" | "symlink" | "device" | "folder";
  /** Where a link leads. */
  readonly to?: string;
  readonly content?: string;
}

const types = { file: "0", hardLink: "1", symlink: "2", device: "3", folder: "5" } as const;

export const tarArchive = (entries: readonly TarEntry[]): Buffer =>
  Buffer.concat([...entries.map(block), Buffer.alloc(1024)]);

function block({ name, kind, to = "", content = "" }: TarEntry): Buffer {
  const head = Buffer.alloc(512);
  const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, "0")}\0`;
  head.write(name, 0);
  head.write(octal(0o755, 8), 100);
  head.write(octal(0, 8) + octal(0, 8), 108);
  head.write(octal(content.length, 12) + octal(0, 12), 124);
  head.write("        ", 148);
  head.write(types[kind], 156);
  head.write(to, 157);
  head.write("ustar\x0000", 257);
  head.write(octal(1, 8) + octal(3, 8), 329);
  const sum = head.reduce((total, byte) => total + byte, 0);
  head.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  const body = Buffer.alloc(Math.ceil(content.length / 512) * 512);
  body.write(content);
  return Buffer.concat([head, body]);
}
