import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { CommandFailed, run } from "#os/spawn.ts";
import { findProgram } from "../../test/harness/programs.ts";

/** The peer's program, perhaps unpacked and not installed. */
export interface Iptables extends AsyncDisposable {
  /** `env` and its arguments up to the program's: `iptables-legacy-restore` or `iptables-nft-restore`. */
  readonly restore: (flavour: "legacy" | "nft") => readonly [string, ...string[]];
}

/** The machine's own iptables, else Debian's unpacked into a folder of its own; undefined where neither can be had. */
export async function findIptables(): Promise<Iptables | undefined> {
  const own = findProgram("xtables-nft-multi", "iptables");
  if (own !== undefined) return { ...callable(dirname(dirname(own))), async [Symbol.asyncDispose]() {} };
  const folder = await mkdtemp(join(tmpdir(), "portolan-bench-iptables-"));
  try {
    await mkdir(`${folder}/root`);
    const packages = ["iptables", "libxtables12", "libip4tc2", "libip6tc2", "libnftnl11", "libmnl0"];
    await run(["env", "-C", folder, "apt-get", "download", "-q", ...packages]);
    await run(["sh", "-c", 'for deb in "$0"/*.deb; do dpkg -x "$deb" "$0/root"; done', folder]);
  } catch (fault) {
    await rm(folder, { recursive: true });
    if (fault instanceof CommandFailed) return undefined;
    throw fault;
  }
  return { ...callable(`${folder}/root/usr`), [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}

/** With the libraries that lie beside the program, installed or not. */
function callable(root: string): Pick<Iptables, "restore"> {
  const libraries = `${root}/lib/${process.arch === "arm64" ? "aarch64" : "x86_64"}-linux-gnu`;
  return {
    restore: (flavour) => [
      "env",
      `LD_LIBRARY_PATH=${libraries}`,
      `XTABLES_LIBDIR=${libraries}/xtables`,
      `${root}/sbin/xtables-${flavour}-multi`,
      `iptables${flavour === "nft" ? "" : "-legacy"}-restore`,
    ],
  };
}
