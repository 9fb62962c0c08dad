import { open, rename, rm } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { namesIn } from "./files.ts";

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

  constructor(path: string, rules: RotationRules) {
    this.#path = path;
    this.#rules = rules;
  }

  /** One at a time. Rejects with Node's own fault. */
  async append(text: string): Promise<void> {
    const bytes = Buffer.from(text);
    if (await this.#isFullWith(bytes.length)) await this.#putAside();
    await using file = await open(this.#path, "a", 0o600);
    await file.writeFile(bytes);
  }

  async #isFullWith(more: number): Promise<boolean> {
    await using file = await open(this.#path, "a", 0o600);
    const { size } = await file.stat();
    return size > 0 && size + more > this.#rules.mostBytes;
  }

  async #putAside(): Promise<void> {
    const { folder, stem, extension } = this.#names();
    const stamp = new Date().toISOString().replaceAll(":", "-").replace("Z", "");
    await rename(this.#path, join(folder, `${stem}-${stamp}${extension}`));
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
