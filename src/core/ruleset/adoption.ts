import { mustIp, parseIp } from "#net/ip.ts";
import { isPort, wireName } from "#net/port.ts";
import type { Frontend, Pool } from "../services/service-map.ts";
import type { ChainBook } from "./chain-book.ts";
import type { Listing } from "./listing.ts";
import { parseNumber } from "./nftables-rule.ts";
import { nodeSeats } from "./shapes.ts";
import { type At, numeral, type Target } from "./table.ts";

/** Gives chains the numbers that they have in a table of an earlier run, so that elements which lead to them stay as they are. */
export function rememberChains({ maps }: Listing, book: ChainBook): void {
  for (const map of ["services-chains", "refusals-chains"])
    for (const [key, verdict] of maps.get(map) ?? []) {
      const number = parseNumber(key);
      if (number !== undefined) book.remember(verdict.replace("goto ", ""), number);
    }
}

/** Who sat where in a table of an earlier run, so that whoever is still there keeps the seat. */
export function seatsIn(
  { maps }: Listing,
  { family, protocol, affinitySeconds }: Frontend,
  { at, scope, count }: { readonly at: At; readonly scope: Pool["scope"]; readonly count: number },
): readonly Target[] {
  const [n, proto] = [numeral(family), wireName(protocol)];
  const first = scope === "cluster" ? 0 : nodeSeats;
  const pair = `${at.ip.text} . ${at.port}`;
  const endpoints = maps.get(`${proto}-endpoints${n}`);
  const seats = maps.get(`seats${n}`);
  const members = maps.get(`${proto}-members${n}`);
  return Array.from({ length: count }, (_, i) => {
    const seat = first + i;
    if (affinitySeconds === 0) return endpoints?.get(`${pair} . ${seat}`);
    return members?.get(`${pair} . ${seats?.get(`${at.ip.text} . ${proto} . ${at.port} . ${seat}`) ?? ""}`);
  }).map(targetIn);
}

/** A seat that nobody had, or nobody can be read from, is taken by whoever comes. */
const nobody: Target = { ip: mustIp("::"), port: 0 };

function targetIn(text: string | undefined): Target {
  const [address = "", port = ""] = (text ?? "").split(" . ");
  const ip = parseIp(address);
  return ip === undefined || !isPort(Number(port)) ? nobody : { ip, port: Number(port) };
}
