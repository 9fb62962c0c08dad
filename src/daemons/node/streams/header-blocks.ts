import zlib from "node:zlib";
import { spdyDictionary } from "./spdy-dictionary.ts";
import { NotSpdy, readHeaders } from "./spdy-frames.ts";

/** What a block may grow to when it is inflated; a stream's headers need about a hundred bytes. */
const longestBlock = 64 * 1024;

/** Reads the header blocks of one connection: together they are one zlib stream, so each needs those before it. */
export class HeaderBlocks {
  readonly #inflate = zlib.createInflate({ dictionary: spdyDictionary });
  #inflated: Buffer = Buffer.alloc(0);

  constructor() {
    this.#inflate.on("data", (piece: Buffer) => {
      this.#inflated = Buffer.concat([this.#inflated, piece]);
      if (this.#inflated.length > longestBlock) this.#inflate.destroy();
    });
    this.#inflate.on("error", () => {}); // `close` follows, and tells whoever waits for a block
  }

  /** The headers of the next block. Rejects with `NotSpdy`. */
  async read(block: Buffer): Promise<ReadonlyMap<string, string>> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#inflate.once("close", resolve);
    this.#inflate.write(block, () => resolve());
    await promise;
    this.#inflate.off("close", resolve);
    if (this.#inflate.destroyed) throw new NotSpdy("a header block can't be inflated, or is longer than any headers");
    const inflated = this.#inflated;
    this.#inflated = Buffer.alloc(0);
    return readHeaders(inflated);
  }

  close(): void {
    this.#inflate.destroy();
  }
}
