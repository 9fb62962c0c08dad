import { appendFile, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { hasCode, namesIn } from "./files.ts";

export interface RotationRules {
  /** A file that would be larger is put aside first. */
  readonly mostBytes: number;
  /** How many that were put aside are kept; 0: all. */
  readonly backups: number;
}

/**
 * A file that is only added to. What was put aside is called by the time: `audit-2026-11-30T12-00-00.000.log`.
 * Source of the form: lumberjack, which kube-apiserver writes with.
 */
export class RotatingFile {
  readonly #path: string;
  readonly #rules: RotationRules;
  #size: number | undefined;

  constructor(path: string, rules: RotationRules) {
    this.#path = path;
    this.#rules = rules;
  }

  /** One at a time. Rejects with Node's own fault. */
  async append(text: string): Promise<void> {
    const bytes = Buffer.from(text);
    this.#size ??= await sizeOf(this.#path);
    if (this.#size > 0 && this.#size + bytes.length > this.#rules.mostBytes) await this.#putAside();
    await appendFile(this.#path, bytes, { mode: 0o600 });
    this.#size = (this.#size ?? 0) + bytes.length;
  }

  async #putAside(): Promise<void> {
    const { folder, stem, extension } = this.#names();
    const stamp = new Date().toISOString().replaceAll(":", "-").replace("Z", "");
    await rename(this.#path, join(folder, `${stem}-${stamp}${extension}`));
    this.#size = 0;
    if (this.#rules.backups === 0) return;
    const aside = (await namesIn(folder)).filter(
      (name) => name.startsWith(`${stem}-`) && name.endsWith(extension) && /-\d{4}-\d\d-\d\dT[\d.-]+/.test(name),
    );
    for (const old of aside.slice(0, -this.#rules.backups)) await rm(join(folder, old), { force: true });
  }

  #names() {
    const extension = extname(this.#path);
    return { folder: dirname(this.#path), stem: basename(this.#path, extension), extension };
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (fault) {
    if (hasCode(fault, "ENOENT")) return 0;
    throw fault;
  }
}
