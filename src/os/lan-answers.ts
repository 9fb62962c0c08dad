/** Lets the kernel answer on the LAN for addresses that this machine doesn't have, by proxy ARP and proxy NDP. */
import { type Cidr, cidrOf, contains } from "#net/cidr.ts";
import { addressBits, type Ip, parseIp } from "#net/ip.ts";
import { fence } from "./answer-fence.ts";
import { ipBatch, ipQuery } from "./ip.ts";
import { announcements } from "./lan-frames.ts";
import { type Nft, openNft, RulesetRefused } from "./nft.ts";
import { openPacketSocket, type PacketSocket } from "./packet-socket.ts";
import { run } from "./spawn.ts";

/** A link of this machine that leads to others. */
export interface LanLink {
  readonly name: string;
  readonly index: number;
  readonly mac: string;
  readonly blocks: readonly Cidr[];
}

export interface LanAnswersOptions {
  /** Names the tables of the fence. */
  readonly table: string;
  /** The node's own link, which leads nowhere: the kernel answers for an address only where its route leads to another link. */
  readonly ownLink: string;
  /** From where the node itself speaks to the addresses. */
  readonly sources: readonly Ip[];
  /** Sets a kernel parameter, and remembers what stood there. Keys as sysctl(8) has them: a slash for a dot in a name. */
  readonly holdSysctl: (key: string, value: string) => void;
}

export interface LanAnswers {
  /** The link in whose network the address is; undefined where there is none. */
  readonly linkOf: (ip: Ip) => Promise<LanLink | undefined>;
  /** Makes the machine itself find the addresses, and no others. */
  readonly route: (ips: readonly Ip[]) => Promise<void>;
  /** From now on the kernel answers for the address, as long as answering is allowed. */
  readonly begin: (ip: Ip, link: LanLink) => Promise<void>;
  readonly end: (ip: Ip) => Promise<void>;
  /** Answering is allowed for so long, and ends then by itself. */
  readonly allow: (ms: number) => Promise<void>;
  readonly forbid: () => Promise<void>;
  /** Tells everybody on the link that the address is here. False where this machine can't: they find out by themselves later. */
  readonly proclaim: (ip: Ip, link: LanLink) => boolean;
  /** Answers no more. What the kernel was told goes, routes stay. */
  readonly close: () => Promise<void>;
}

/** For so long the links are believed to be as they were seen. */
const freshMs = 2000;

/** Takes away what an earlier run has left, and begins with nothing allowed. */
export async function openLanAnswers(options: LanAnswersOptions): Promise<LanAnswers> {
  const { table, ownLink } = options;
  await removeLanAnswers(table);
  for (const family of ["-4", "-6"])
    await run(["ip", family, "route", "flush", "dev", ownLink, "proto", String(protocolOf(table))]);
  const nft = await openNft();
  const answers = new Answers(options, nft, await openPacketSocket());
  await nft.apply(fence(table).frame());
  return answers;
}

class Answers implements LanAnswers {
  readonly #options: LanAnswersOptions;
  readonly #nft: Nft;
  readonly #socket: PacketSocket | undefined;
  readonly #rules: ReturnType<typeof fence>;
  readonly #protocol: number;
  readonly #begun = new Map<string, { readonly ip: Ip; readonly link: LanLink }>();
  readonly #prepared = new Set<string>();
  #routed = new Map<string, Ip>();
  #links: { readonly found: Promise<readonly LanLink[]>; readonly atMs: number } | undefined;

  constructor(options: LanAnswersOptions, nft: Nft, socket: PacketSocket | undefined) {
    this.#options = options;
    this.#nft = nft;
    this.#socket = socket;
    this.#rules = fence(options.table);
    this.#protocol = protocolOf(options.table);
  }

  readonly linkOf = async (ip: Ip): Promise<LanLink | undefined> => {
    const nowMs = performance.now();
    if (this.#links === undefined || nowMs - this.#links.atMs > freshMs)
      this.#links = { found: readLanLinks(), atMs: nowMs };
    const links = await this.#links.found;
    return links.find(({ name, blocks }) => name !== this.#options.ownLink && blocks.some((one) => contains(one, ip)));
  };

  readonly route = async (ips: readonly Ip[]): Promise<void> => {
    const wanted = new Map(ips.map((ip) => [ip.text, ip]));
    const { ownLink, sources } = this.#options;
    const whole = (ip: Ip): string => `${ip.text} dev ${ownLink} proto ${this.#protocol}`;
    const commands = [
      ...[...this.#routed.values()].filter(({ text }) => !wanted.has(text)).map((ip) => `route del ${whole(ip)}`),
      ...ips
        .filter(({ text }) => !this.#routed.has(text))
        .map((ip) => {
          const source = sources.find(({ family }) => family === ip.family);
          return `route replace ${whole(ip)}${source === undefined ? "" : ` src ${source.text}`}`;
        }),
    ];
    await ipBatch(commands);
    this.#routed = wanted;
  };

  readonly begin = async (ip: Ip, link: LanLink): Promise<void> => {
    if (this.#begun.has(ip.text)) return;
    this.#prepare(link);
    this.#begun.set(ip.text, { ip, link });
    await this.#change(this.#rules.fenced([ip]) + this.#rules.ours([ip]));
    await ipBatch([`neigh replace proxy ${ip.text} dev ${link.name} protocol ${this.#protocol}`]);
  };

  readonly end = async (ip: Ip): Promise<void> => {
    const begun = this.#begun.get(ip.text);
    if (begun === undefined) return;
    this.#begun.delete(ip.text);
    await this.#change(this.#rules.notOurs([ip]));
    await ipBatch([`neigh del proxy ${ip.text} dev ${begun.link.name}`]);
    await this.#change(this.#rules.unfenced([ip]));
  };

  readonly allow = (ms: number): Promise<void> => this.#change(this.#rules.alive(ms));
  readonly forbid = (): Promise<void> => this.#change(this.#rules.silent());

  readonly proclaim = (ip: Ip, link: LanLink): boolean => {
    const socket = this.#socket;
    return socket !== undefined && announcements(ip, link.mac).every((frame) => socket.send(link.index, frame));
  };

  readonly close = async (): Promise<void> => {
    await this.#change(this.#rules.silent());
    await removeLanAnswers(this.#options.table);
    this.#socket?.close();
    this.#nft.close();
  };

  /** Where somebody has flushed the rules, all of them are made anew. */
  async #change(text: string): Promise<void> {
    try {
      await this.#nft.apply(text);
    } catch (fault) {
      if (!(fault instanceof RulesetRefused)) throw fault;
      const ips = [...this.#begun.values()].map(({ ip }) => ip);
      await this.#nft.apply(this.#rules.frame() + this.#rules.fenced(ips) + this.#rules.ours(ips));
    }
  }

  /** The kernel waits up to 0.8 s with answers for others, and doesn't give them for IPv6, unless it is told. */
  #prepare({ name }: LanLink): void {
    if (this.#prepared.has(name)) return;
    this.#prepared.add(name);
    const { holdSysctl } = this.#options;
    const key = name.replaceAll(".", "/"); // a VLAN's link: eth0.100
    for (const family of ["ipv4", "ipv6"]) holdSysctl(`net.${family}.neigh.${key}.proxy_delay`, "0");
    holdSysctl(`net.ipv6.conf.${key}.proxy_ndp`, "1");
  }
}

/** What a run has left behind, also one that was killed. Nothing happens where there is nothing. */
export async function removeLanAnswers(table: string): Promise<void> {
  const rows = rowsOf(await ipQuery(["neigh", "show", "proxy"]));
  const ours = rows.filter((row) => textIn(row, "protocol") === String(protocolOf(table)));
  await ipBatch(ours.map((row) => `neigh del proxy ${textIn(row, "dst")} dev ${textIn(row, "dev")}`));
  const nft = await openNft("program");
  await nft.apply(fence(table).remove());
}

/**
 * Marks what is ours among routes and neighbours, one number a cluster of this machine. /etc/iproute2/rt_protos names none of them,
 * and `ip` shows them as numbers.
 */
const protocolOf = (table: string): number =>
  firstProtocol +
  ([...table].reduce((sum, char) => (sum * 31 + (char.codePointAt(0) ?? 0)) % protocols, 0) % protocols);
const firstProtocol = 100;
const protocols = 80;

/** Links with a MAC address on which this machine has an address of a network. */
async function readLanLinks(): Promise<readonly LanLink[]> {
  return rowsOf(await ipQuery(["address", "show", "up"])).flatMap((row) => {
    const blocks = rowsOf(Reflect.get(row, "addr_info")).flatMap((one) => {
      const [ip, length] = [parseIp(textIn(one, "local")), Number(Reflect.get(one, "prefixlen"))];
      const isNetwork = ip !== undefined && length < addressBits(ip.family) && textIn(one, "scope") === "global";
      return isNetwork ? [cidrOf(ip, length)] : [];
    });
    const isOfMany = textIn(row, "link_type") === "ether" && blocks.length > 0;
    const link = {
      name: textIn(row, "ifname"),
      index: Number(Reflect.get(row, "ifindex")),
      mac: textIn(row, "address"),
    };
    return isOfMany ? [{ ...link, blocks }] : [];
  });
}

const rowsOf = (answer: unknown): readonly object[] =>
  (Array.isArray(answer) ? answer : []).filter((row: unknown) => typeof row === "object" && row !== null);
function textIn(row: object, name: string): string {
  const value: unknown = Reflect.get(row, name);
  return typeof value === "string" ? value : "";
}
