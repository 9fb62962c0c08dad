import { type ClientHttp2Session, connect } from "node:http2";
import { isJsonObject } from "#machinery/json.ts";

/** What it keeps of each object: its resourceVersion, by name. */
export type Cache = ReadonlyMap<string, string>;

export interface ReflectorOptions {
  readonly port: number;
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
  readonly collection: string;
  /** Asks for what is there as events of the watch, and not by a list. Source: KEP-3157. */
  readonly usesWatchList: boolean;
}

/** An answer that is no success. */
class Refused extends Error {
  readonly status: number;
  constructor(status: number, text: string) {
    super(`${status}: ${text}`);
    this.status = status;
  }
}

/**
 * Keeps a copy of a collection as client-go does: a list in pages, then a watch from there; after a cut it goes on from the last
 * resourceVersion, and begins anew where that is gone.
 * Source: Reflector of k8s.io/client-go/tools/cache, written anew for tests, so that the server is not judged by our own client.
 */
export class Reflector {
  readonly #options: ReflectorOptions;
  readonly #cache = new Map<string, string>();
  /** Every resourceVersion that it was told, in order. */
  readonly told: number[] = [];
  /** What it had to do. */
  readonly counts = { lists: 0, watches: 0, expired: 0, cuts: 0 };
  #last = "";
  #isUnavailable = false;
  #session: ClientHttp2Session | undefined;
  #isStopped = false;

  constructor(options: ReflectorOptions) {
    this.#options = options;
  }

  get cache(): Cache {
    return this.#cache;
  }

  stop(): void {
    this.#isStopped = true;
    this.cut();
  }

  /** As when the network fails: the connection is gone, in the middle of whatever there was. */
  cut(): void {
    this.#session?.destroy();
  }

  async run(): Promise<void> {
    while (!this.#isStopped) {
      try {
        if (this.#last === "" || this.#isUnavailable) await this.#beginAnew();
        while (!this.#isStopped) await this.#watch(this.#last, "");
      } catch (fault) {
        if (this.#isStopped) return;
        if (fault instanceof Refused) this.#hear(fault);
        else this.counts.cuts += 1; // the connection broke; the next try makes another
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  }

  /** Gone: from the newest next time, as `relistResourceVersion` has it. Too large a resourceVersion is tried again. */
  #hear(refused: Refused): void {
    if (refused.status === 504) return;
    if (refused.status !== 410) throw refused;
    this.counts.expired += 1;
    this.#isUnavailable = true;
  }

  async #beginAnew(): Promise<void> {
    if (this.#options.usesWatchList) await this.#watch("", "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan");
    else await this.#list();
    this.#isUnavailable = false;
  }

  async #list(): Promise<void> {
    this.counts.lists += 1;
    const present = new Map<string, string>();
    let token = "";
    let version = "";
    do {
      // the first time whatever the server has will do; after that nothing older than the newest
      const from = token === "" && !this.#isUnavailable ? "&resourceVersion=0" : "";
      const page = await this.#get(`?limit=500${from}${token === "" ? "" : `&continue=${token}`}`);
      for (const item of Array.isArray(page.items) ? page.items : []) present.set(...nameAndVersion(item));
      const metadata = isJsonObject(page.metadata) ? page.metadata : {};
      version = String(metadata.resourceVersion);
      token = typeof metadata.continue === "string" ? metadata.continue : "";
    } while (token !== "");
    this.#replace(present);
    this.#last = version;
  }

  #replace(present: Cache): void {
    this.#cache.clear();
    for (const [name, version] of present) this.#cache.set(name, version);
  }

  async #get(query: string): Promise<Readonly<Record<string, unknown>>> {
    let text = "";
    for await (const chunk of this.#stream(query)) text += chunk;
    return Object(JSON.parse(text));
  }

  /** From `""` what is there comes first, and replaces the copy when the bookmark behind it has come. */
  async #watch(from: string, further: string): Promise<void> {
    this.counts.watches += 1;
    const version = from === "" ? "" : `&resourceVersion=${from}`;
    let initial = from === "" ? new Map<string, string>() : undefined;
    let rest = "";
    for await (const chunk of this.#stream(
      `?watch=true&allowWatchBookmarks=true&timeoutSeconds=300${version}${further}`,
    )) {
      const lines = `${rest}${chunk}`.split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const event: { readonly type?: string; readonly object?: unknown } = Object(JSON.parse(line));
        if (event.type === "ERROR") throw new Refused(Number(Object(event.object).code), line);
        if (initial === undefined) this.#handle(event.type ?? "", event.object);
        else if (event.type === "ADDED") initial.set(...nameAndVersion(event.object));
        else if (isInitialEnd(event.object)) {
          this.#replace(initial);
          this.#last = nameAndVersion(event.object)[1];
          this.#isUnavailable = false;
          initial = undefined;
        }
      }
    }
  }

  #handle(type: string, object: unknown): void {
    const [name, version] = nameAndVersion(object);
    this.#last = version;
    if (type === "BOOKMARK") return;
    this.told.push(Number(version));
    if (type === "DELETED") this.#cache.delete(name);
    else this.#cache.set(name, version);
  }

  async *#stream(query: string): AsyncIterable<string> {
    const stream = this.#connected().request({
      ":path": `${this.#options.collection}${query}`,
      accept: "application/json",
    });
    stream.setEncoding("utf8");
    const status = await new Promise<number>((resolve, reject) => {
      stream.once("response", (headers) => resolve(Number(headers[":status"])));
      stream.once("error", reject);
      stream.once("close", () => reject(new Error("the connection was cut")));
    });
    if (status === 200) yield* stream;
    else throw new Refused(status, (await stream.toArray()).join(""));
    if (stream.rstCode !== 0 || this.#session?.destroyed) throw new Error("the connection was cut");
  }

  #connected(): ClientHttp2Session {
    if (this.#session !== undefined && !this.#session.destroyed && !this.#session.closed) return this.#session;
    const { port, ca, certificate: cert, key } = this.#options;
    this.#session = connect(`https://127.0.0.1:${port}`, { ca, cert, key });
    this.#session.on("error", () => {}); // its streams say so too
    return this.#session;
  }
}

function nameAndVersion(object: unknown): [name: string, version: string] {
  const metadata = isJsonObject(object) && isJsonObject(object.metadata) ? object.metadata : {};
  return [String(metadata.name), String(metadata.resourceVersion)];
}

function isInitialEnd(object: unknown): boolean {
  const { annotations } = isJsonObject(object) && isJsonObject(object.metadata) ? object.metadata : {};
  return isJsonObject(annotations) && annotations["k8s.io/initial-events-end"] === "true";
}
