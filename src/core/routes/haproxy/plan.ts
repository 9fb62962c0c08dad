import type { BackendId, RouteTable, TableChange } from "../route-table.ts";

/**
 * What HAProxy is to serve: one text that only a reload changes, and everything that its runtime API changes, apart. Two plans with the same
 * `config` need no reload.
 */
export interface HaproxyPlan {
  /**
   * haproxy.cfg, printed from typed values, without the addresses of `servers`: `wholeFiles` (files.ts) puts them in, so that a new worker has
   * them from its first request on. Names of maps, of the crt-list and of certificates stand in it without a folder:
   * HAProxy is started in the one that holds them.
   */
  readonly config: string;
  /** Map files by their name in the configuration's folder, in the order of their lines. */
  readonly maps: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Servers by their section: those that come and go. */
  readonly servers: ReadonlyMap<string, readonly HaproxyServer[]>;
  /** PEM (chain, then key, no empty lines) by file name: names carry the fingerprint, so a file never changes. */
  readonly certificates: ReadonlyMap<string, string>;
  /** The lines of the crt-list, which is called `certificates.list`: file and the names for which it is shown. The first is the default. */
  readonly certificateList: readonly { readonly file: string; readonly hosts: readonly string[] }[];
  /** Which sections serve which backend: it keeps them from plan to plan. */
  readonly sections: ReadonlyMap<string, SectionUse>;
  /** Sections in `sections` by their backend. */
  readonly servedBy: ReadonlyMap<BackendId, readonly string[]>;
  /** How many sections stand ready for backends that ask for nothing of their own. */
  readonly spares: number;
  /** What routes are counted by, by their ids. A route keeps its number from plan to plan. */
  readonly numbers: ReadonlyMap<string, number>;
  /** Where it differs from an earlier one in servers alone: the servers of that one, and the sections. */
  readonly since?: { readonly servers: HaproxyPlan["servers"]; readonly sections: readonly string[] };
  /** What it was made of. */
  readonly table: RouteTable;
}

export interface SectionUse {
  readonly backend: BackendId;
  /** The same for the same backend, filters and settings. */
  readonly key: string;
}

/** In the configuration's folder. */
export const SELF_SIGNED = "self-signed.pem";

export interface HaproxyServer {
  /** Of its address and port, and of how it is spoken to where that is not HTTP/1.1: the same in every plan. */
  readonly name: string;
  /** `10.244.0.5:8080`, `[fd00::5]:8080`. */
  readonly address: string;
  readonly weight: number;
  /**
   * The section gives clients a cookie that names the server, made of its address and a key: after `add server` and before `enable server` that
   * cookie is made by `enable dynamic-cookie backend`.
   */
  readonly hasCookie: boolean;
  /** What `add server` is told beside address and weight: `proto h2`, `ssl verify none …`. */
  readonly options: readonly string[];
}

/** Where HAProxy and its helpers live. */
export interface HaproxyPlaces {
  /** Folder of haproxy.cfg, maps and certificates. */
  readonly folder: string;
  readonly runtimeSocket: string;
  /** Where the embedded engine serves what HAProxy can't do by itself, by listener: a unix socket that takes a PROXY header (v2). */
  readonly detours: ReadonlyMap<string, string>;
  readonly threads: number;
  /** Where listeners stand: `0.0.0.0`, `::`, `127.0.0.1`. */
  readonly addresses: readonly string[];
  /** Where the access log goes: the path of a unix datagram socket, or standard output. */
  readonly accessLog: "stdout" | { readonly socket: string };
}

/** `change`: what differs from the table of `before`, where that is known: where it is endpoints alone, nothing else is planned anew. */
export type PlanHaproxy = (
  table: RouteTable,
  places: HaproxyPlaces,
  before?: HaproxyPlan,
  change?: TableChange,
) => HaproxyPlan;

/** What makes a running HAProxy of one plan serve the next one. */
export type HaproxyStep =
  | { readonly kind: "setMap" | "addMap"; readonly map: string; readonly key: string; readonly value: string }
  | { readonly kind: "deleteMap"; readonly map: string; readonly key: string }
  /** All lines of a map at once, where their order counts: `prepare map`, `add map @version`, `commit map`. */
  | { readonly kind: "replaceMap"; readonly map: string; readonly lines: ReadonlyMap<string, string> }
  /** A server of that name that is still being retired there is taken back into service instead. */
  | { readonly kind: "addServer" | "setWeight"; readonly section: string; readonly server: HaproxyServer }
  /** `set server … state maint` (no new requests, cookies or not), deleted when its last session has ended; never cut. */
  | { readonly kind: "retireServer"; readonly section: string; readonly server: HaproxyServer }
  | { readonly kind: "addCertificate"; readonly file: string; readonly pem: string; readonly hosts: readonly string[] }
  | { readonly kind: "removeCertificate"; readonly file: string };

/** `reload` says why, for the metric and the log. Steps in an order in which no request is lost: what is new first, then maps, then what goes. */
export type HaproxyChange =
  | { readonly kind: "steps"; readonly steps: readonly HaproxyStep[] }
  | { readonly kind: "reload"; readonly because: string };
