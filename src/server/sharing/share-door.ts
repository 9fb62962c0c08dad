import { createHash } from "node:crypto";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Duplex } from "node:stream";
import type { Share } from "#api/portolan/share.ts";
import { type Entrance, entranceOf } from "#core/api-proxy/share-ticket.ts";
import { readTime } from "#machinery/time.ts";
import type { ServingPair } from "../connections/listen.ts";
import { listensAt } from "../proxy/own-listeners.ts";
import type { ShareBook } from "./share-book.ts";
import { isLocal, type SharingOptions } from "./share-url.ts";
import type { Usher } from "./usher.ts";

// An import of node:http makes everything that it exports: that costs 30 ms and 12 MB, which a call does not.
const { createServer } = process.getBuiltinModule("node:http");

export interface DoorParts {
  readonly options: SharingOptions;
  /** What it shows where visitors come from elsewhere. */
  readonly serving: ServingPair;
  readonly book: ShareBook;
  readonly usher: Usher;
  readonly now: () => number;
  readonly report: (fault: unknown) => void;
}

/** A head must come in time; a body may take as long as the Service lets it. */
const patience = { requestTimeout: 0, headersTimeout: 10_000 };
const mostVisitors = 1000;
/** It opens before the link is stored for which it does, and that may come to nothing. */
const unusedMs = 10_000;

/** Where links lead: it listens as long as there is one. */
export class ShareDoor {
  readonly #parts: DoorParts;
  #server: Server | undefined;
  #opening: Promise<string | undefined> | undefined;
  #isClosed = false;
  #forget: () => void = () => {};

  constructor(parts: DoorParts) {
    this.#parts = parts;
    parts.book.attach({ changed: () => this.#told(this.#follow()), open: () => this.#open() });
  }

  #open(): Promise<string | undefined> {
    this.#opening ??= this.#listen();
    return this.#opening;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#shut();
  }

  #told(work: Promise<void>): void {
    work.catch(this.#parts.report);
  }

  async #follow(): Promise<void> {
    if (this.#isClosed) return;
    if (this.#parts.book.isEmpty()) return this.#shut();
    const trouble = await this.#open();
    if (trouble !== undefined) this.#parts.report(new Error(trouble));
  }

  async #shut(): Promise<void> {
    await this.#opening;
    const server = this.#server;
    this.#server = undefined;
    this.#opening = undefined;
    this.#forget();
    if (server === undefined) return;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }

  #listen(): Promise<string | undefined> {
    const { options, serving } = this.#parts;
    const server = isLocal(options)
      ? createServer(patience)
      : createTlsServer({ ...patience, cert: serving.certificate, key: serving.key, minVersion: "TLSv1.2" });
    server.maxConnections = mostVisitors;
    server.on("request", (request, response) => this.#told(this.#visit(request, response)));
    server.on("upgrade", (request, socket, head) => this.#told(this.#upgrade(request, socket, head)));
    return new Promise((resolve) => {
      server.once("error", ({ message }) => {
        this.#opening = undefined; // whoever has the port may go
        resolve(
          `links can't be served at port ${options.port} of ${options.address}: ${message}; give another --share-port`,
        );
      });
      server.listen(options.port, options.address, () => {
        this.#server = server;
        this.#forget = listensAt({ address: options.address, port: options.port });
        server.on("error", this.#parts.report);
        setTimeout(() => this.#told(this.#follow()), unusedMs).unref();
        resolve(undefined);
      });
    });
  }

  async #visit(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on("error", () => {}); // the visitor has gone
    const entrance = this.#entranceOf(request);
    switch (entrance.kind) {
      case "closed":
        return turnAway(response, entrance);
      case "marked":
        response.writeHead(303, { location: entrance.url, "set-cookie": entrance.mark, ...unseen }).end();
        return;
      case "open": {
        if (entrance.mark !== undefined) response.appendHeader("set-cookie", entrance.mark);
        const { share, url, cookie } = entrance;
        const forget = this.#untilOver(share, () => response.destroy());
        response.once("close", forget);
        await this.#parts.usher.serve({ share, url, cookie, request }, response);
      }
    }
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on("error", () => socket.destroy()); // the visitor has gone
    const entrance = this.#entranceOf(request);
    if (entrance.kind !== "open") {
      socket.end("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
      return;
    }
    const { share, url, cookie } = entrance;
    const forget = this.#untilOver(share, () => socket.destroy());
    socket.once("close", forget);
    await this.#parts.usher.upgrade({ share, url, cookie, request }, socket, head);
  }

  #entranceOf({ method = "GET", url = "/", headers }: IncomingMessage): Entrance {
    const visit = { method, url, cookie: headers.cookie ?? "", accept: headers.accept ?? "" };
    return entranceOf(visit, { shareOf: this.#parts.book.get, sha256, now: this.#parts.now() });
  }

  /** What a link has opened is cut when it is taken back, or expires. */
  #untilOver(share: Share, cut: () => void): () => void {
    const leave = this.#parts.book.admit(share, cut);
    const leftMs = readTime(share.spec.expires) - this.#parts.now();
    const timer = setTimeout(cut, Math.min(leftMs, longestTimerMs));
    return () => {
      leave();
      clearTimeout(timer);
    };
  }
}

/** Timers can't wait longer. Nobody stays that long either. */
const longestTimerMs = 2 ** 31 - 1;

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Nothing of what a link says is kept, nor told to other sites. */
const unseen = { "cache-control": "no-store", "referrer-policy": "no-referrer", "content-length": "0" };

function turnAway(response: ServerResponse, { because }: Entrance & { readonly kind: "closed" }): void {
  const text =
    because === "no ticket"
      ? "Nothing is served here without a link. Ask whoever has shared it, or make one: portolan share svc/NAME\n"
      : "This link opens nothing: it has expired or was taken back. Ask for a new one.\n";
  response
    .writeHead(because === "no ticket" ? 401 : 403, {
      "content-type": "text/plain; charset=utf-8",
      "cache-control": "no-store",
      "content-length": String(Buffer.byteLength(text)),
    })
    .end(text);
}
