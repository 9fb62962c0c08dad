/**
 * What the beginning of a TLS connection says. `more`: the greeting has not all come. `refused`: it is none, or it is longer than anybody's.
 * Source: RFC 8446 sections 4.1.2 and 5.1, RFC 6066 section 3.
 */
export type ClientHello =
  | { readonly kind: "more" }
  | { readonly kind: "refused" }
  /** `serverName` is in lower case; undefined where the client asks for none. */
  | { readonly kind: "hello"; readonly serverName: string | undefined };

const more: ClientHello = { kind: "more" };
const refused: ClientHello = { kind: "refused" };

/** No greeting is longer, records and all. */
const mostHelloBytes = 16 * 1024;
const [handshakeRecord, clientHello, serverNameExtension, hostName] = [22, 1, 0, 0];
const recordHead = 5;

/** Reads the greeting at the beginning of `bytes`, in however many records it comes. */
export function readClientHello(bytes: Uint8Array): ClientHello {
  const gathered: number[] = [];
  let place = 0;
  while (place < bytes.length) {
    if (bytes[place] !== handshakeRecord) return refused;
    if (place + recordHead > bytes.length) break;
    if (bytes[place + 1] !== 3) return refused;
    const length = word(bytes, place + 3);
    if (length === 0 || place + recordHead + length > mostHelloBytes) return refused;
    gathered.push(...bytes.subarray(place + recordHead, place + recordHead + length));
    if (gathered.length > 0 && gathered[0] !== clientHello) return refused;
    const wanted =
      gathered.length < 4
        ? undefined
        : 4 + (((gathered[1] ?? 0) << 16) | ((gathered[2] ?? 0) << 8) | (gathered[3] ?? 0));
    if (wanted !== undefined && wanted > mostHelloBytes) return refused;
    if (wanted !== undefined && gathered.length >= wanted) return readBody(Uint8Array.from(gathered.slice(4, wanted)));
    place += recordHead + length;
  }
  return bytes.length < mostHelloBytes ? more : refused;
}

const word = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);

/** Bytes that are taken one piece after the other; a piece that isn't there is undefined. */
class Pieces {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  take(count: number): Uint8Array | undefined {
    if (this.#at + count > this.#bytes.length) return undefined;
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  /** A piece that says its length in the `lengthBytes` before it. */
  takeSized(lengthBytes: 1 | 2): Uint8Array | undefined {
    const length = this.take(lengthBytes);
    return length && this.take(length.reduce((sum, byte) => sum * 256 + byte, 0));
  }
}

function readBody(bytes: Uint8Array): ClientHello {
  const body = new Pieces(bytes);
  const fixed = body.take(2 + 32);
  const session = body.takeSized(1);
  const ciphers = body.takeSized(2);
  const compressions = body.takeSized(1);
  if (fixed === undefined || session === undefined || ciphers === undefined || compressions === undefined)
    return refused;
  if (body.isAtEnd) return { kind: "hello", serverName: undefined };
  const extensions = body.takeSized(2);
  return extensions === undefined || !body.isAtEnd ? refused : readExtensions(new Pieces(extensions));
}

function readExtensions(extensions: Pieces): ClientHello {
  let serverName: string | undefined;
  while (!extensions.isAtEnd) {
    const type = extensions.take(2);
    const value = extensions.takeSized(2);
    if (type === undefined || value === undefined) return refused;
    if (word(type, 0) !== serverNameExtension) continue;
    serverName = readServerName(new Pieces(value));
    if (serverName === undefined) return refused;
  }
  return { kind: "hello", serverName };
}

/** Names as the DNS has them; anything else is none. */
const namePattern = /^[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*$/;

function readServerName(extension: Pieces): string | undefined {
  const list = extension.takeSized(2);
  if (list === undefined || !extension.isAtEnd) return undefined;
  const names = new Pieces(list);
  const type = names.take(1);
  const name = names.takeSized(2);
  if (type?.[0] !== hostName || name === undefined || name.length > 255) return undefined;
  const text = String.fromCharCode(...name).toLowerCase();
  return namePattern.test(text) ? text : undefined;
}
