import { open } from "node:fs/promises";
import { hasCode, readIfThere, writeWhole } from "./files.ts";

/** A part of /etc/hosts that is ours. */
export interface HostsBlock {
  readonly file: string;
  /** Letters, digits and hyphens: whose it is, since several may have one. */
  readonly holder: string;
}

/** `172.30.0.129 shop.example.com`. */
export type HostsLine = string;

const beginOf = (holder: string): string => `# ${holder}: written while its cluster runs`;
const endOf = (holder: string): string => `# ${holder}: end`;

/** The same text with these lines as the holder's block, at its end; without any where there are none. Other lines stay as they are. */
export function withBlock(text: string, holder: string, lines: readonly HostsLine[]): string {
  const rest: string[] = [];
  let isOurs = false;
  for (const line of text.split("\n")) {
    if (line === beginOf(holder)) isOurs = true;
    if (!isOurs) rest.push(line);
    if (line === endOf(holder)) isOurs = false;
  }
  const others = rest.join("\n");
  if (lines.length === 0) return others;
  const before = others === "" || others.endsWith("\n") ? others : `${others}\n`;
  return `${before}${[beginOf(holder), ...lines, endOf(holder)].join("\n")}\n`;
}

/** Makes these lines the holder's, in one step. Rejects with the system's error. */
export async function writeHostsBlock({ file, holder }: HostsBlock, lines: readonly HostsLine[]): Promise<void> {
  const before = (await readIfThere(file)) ?? "";
  const after = withBlock(before, holder, lines);
  if (after === before) return;
  try {
    await writeWhole(file, after);
  } catch (fault) {
    // A container's /etc/hosts is a mount: nothing can take its place, only its content can change.
    if (!hasCode(fault, "EBUSY", "EXDEV", "EROFS")) throw fault;
    await overwrite(file, after);
  }
}

/** Our block stands at the end, so lines of others are the same bytes before and after. */
async function overwrite(file: string, text: string): Promise<void> {
  const handle = await open(file, "r+");
  try {
    const bytes = Buffer.from(text);
    await handle.write(bytes, 0, bytes.length, 0);
    await handle.truncate(bytes.length);
  } finally {
    await handle.close();
  }
}

/** Takes the holder's lines away. Harmless where there are none, or no such file. */
export async function removeHostsBlock(block: HostsBlock): Promise<void> {
  const text = await readIfThere(block.file);
  if (text !== undefined) await writeHostsBlock(block, []);
}
