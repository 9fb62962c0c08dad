import { dirname } from "node:path";
import { findProgram } from "./programs.ts";

/** How iptables is called that writes nftables' rules, as Docker does; undefined where it is neither installed nor unpacked. */
export function findIptables(): readonly string[] | undefined {
  const program = findProgram("xtables-nft-multi", "iptables");
  if (program === undefined) return undefined;
  const libraries = `${dirname(dirname(program))}/lib/${process.arch === "arm64" ? "aarch64" : "x86_64"}-linux-gnu`;
  return ["env", `LD_LIBRARY_PATH=${libraries}`, `XTABLES_LIBDIR=${libraries}/xtables`, program, "iptables"];
}
