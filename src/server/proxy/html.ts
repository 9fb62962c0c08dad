import type { IncomingMessage } from "node:http";
import { pipeline, type Readable, Transform } from "node:stream";
import {
  constants,
  createBrotliCompress,
  createBrotliDecompress,
  createGunzip,
  createGzip,
  createZstdCompress,
  createZstdDecompress,
} from "node:zlib";
import { HtmlLinks } from "#core/api-proxy/html-links.ts";
import { type Page, proxiedLink } from "#core/api-proxy/links.ts";
import type { Headers } from "../exchange.ts";

/** An answer as the target gave it, but for its head. */
interface Told {
  /** Of the request. */
  readonly method: string;
  readonly page: Page;
  readonly headers: Headers;
}

/** An answer on its way to the client. */
interface Rewritten {
  readonly headers: Headers;
  /** To be called once. */
  readonly body: () => Readable;
}

type Coding = readonly [unpack: () => Transform, pack: () => Transform];
const { Z_SYNC_FLUSH, BROTLI_OPERATION_FLUSH, BROTLI_PARAM_QUALITY, ZSTD_e_flush } = constants;
/**
 * By content coding: those that targets are asked for. `deflate` is none of them, since it has two meanings. What a target has said goes
 * on at once, and so packing is of the quick kind.
 */
const codings = new Map<string, Coding>([
  ["gzip", [createGunzip, () => createGzip({ level: 1, flush: Z_SYNC_FLUSH })]],
  [
    "br",
    [
      createBrotliDecompress,
      () => createBrotliCompress({ flush: BROTLI_OPERATION_FLUSH, params: { [BROTLI_PARAM_QUALITY]: 2 } }),
    ],
  ],
  ["zstd", [createZstdDecompress, () => createZstdCompress({ flush: ZSTD_e_flush })]],
]);

/** A page gets other links; everything else stays as it is, and so does a page in a coding that can't be read, and a part of one. */
export function rewritten(answer: IncomingMessage, { method, page, headers }: Told): Rewritten {
  const packing = String(headers["content-encoding"] ?? "").toLowerCase();
  const coding = codings.get(packing);
  const asItIs =
    page.prefix === "" || !isPage(headers) || answer.statusCode === 206 || (packing !== "" && coding === undefined);
  if (asItIs) return { headers, body: () => answer };
  const { "content-length": _, "accept-ranges": __, ...left } = headers;
  const body = (): Readable => {
    const [unpack, pack] = coding ?? [];
    const way = [answer, unpack?.(), otherLinks(page), pack?.()].filter((one) => one !== undefined);
    const last = way.at(-1);
    pipeline(way, () => {}); // whoever breaks it off ends all of it, and the last of them tells
    return last ?? answer;
  };
  return { headers: left, body: method === "HEAD" ? () => answer : body };
}

/** A redirect's page is shown to nobody; of the character codings, those that write markup in bytes of their own are left alone. */
function isPage({ "content-type": type, location }: Headers): boolean {
  const [media = "", ...parameters] = String(type ?? "")
    .toLowerCase()
    .split(";");
  return media.trim() === "text/html" && location === undefined && !/utf-?(16|32)|ucs/.test(parameters.join(";"));
}

function otherLinks(page: Page): Transform {
  const links = new HtmlLinks((link) => proxiedLink(link, page));
  return new Transform({
    transform: (chunk: Buffer, _, done) => done(null, Buffer.from(links.push(chunk.toString("latin1")), "latin1")),
    flush: (done) => done(null, Buffer.from(links.end(), "latin1")),
  });
}
