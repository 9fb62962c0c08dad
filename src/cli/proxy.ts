import { hostname } from "node:os";
import { readKubeconfig } from "#client/kubeconfig.ts";
import { cleanUpProxy, startProxyAlone } from "#cluster/proxy-alone.ts";
import { parseBlocks } from "#cluster/setting-values.ts";
import { type ProxyMode, proxyModes } from "#daemons/proxy/kernel-rules.ts";
import type { Cidr } from "#net/cidr.ts";
import { tellingAs } from "./alone.ts";
import { type Parsed, parse } from "./arguments.ts";
import { bindingOf } from "./binding.ts";
import { untilSignal } from "./signals.ts";
import { UsageFault } from "./usage.ts";

const flags = {
  kubeconfig: { type: "string" },
  "proxy-mode": { type: "string" },
  "cluster-cidr": { type: "string" },
  "service-cluster-ip-range": { type: "string" },
  "hostname-override": { type: "string" },
  "nodeport-addresses": { type: "string" },
  "healthz-bind-address": { type: "string" },
  "metrics-bind-address": { type: "string" },
  cleanup: { type: "boolean" },
  debug: { type: "boolean" },
} as const;

/** `portolan proxy`: runs until a signal comes; the rules then go on serving. */
export async function proxy(args: readonly string[]): Promise<number> {
  const parsed = parse(args, flags);
  const asked = {
    mode: modeOf(parsed),
    clusterCidrs: blocksOf(parsed, "cluster-cidr"),
    serviceCidrs: blocksOf(parsed, "service-cluster-ip-range"),
  };
  if (parsed.has("cleanup")) {
    await cleanUpProxy(asked);
    return 0;
  }
  const kubeconfig = parsed.text("kubeconfig") ?? process.env.KUBECONFIG;
  if (kubeconfig === undefined || kubeconfig === "")
    throw new UsageFault("no cluster is named", "give its kubeconfig: --kubeconfig FILE, or KUBECONFIG");
  const interrupted = untilSignal();
  const running = await startProxyAlone({
    ...asked,
    access: await readKubeconfig(kubeconfig),
    nodeName: parsed.text("hostname-override") ?? hostname().toLowerCase(),
    nodePortBlocks: blocksOf(parsed, "nodeport-addresses"),
    status: {
      healthz: bindingsOf(parsed, "healthz-bind-address", "0.0.0.0:10256"),
      metrics: bindingsOf(parsed, "metrics-bind-address", "127.0.0.1:10249"),
    },
    ...tellingAs("proxy"),
  });
  running.synced.then(() => process.stdout.write(`the rules of all Services are in the kernel (${asked.mode})\n`));
  const unfit = await Promise.race([interrupted, running.unfit]);
  await running.stop();
  if (unfit !== undefined) throw unfit;
  return 0;
}

function modeOf(parsed: Parsed): ProxyMode {
  const asked = parsed.text("proxy-mode") ?? "nftables";
  const mode = proxyModes.find((one) => one === asked);
  if (mode === undefined) throw new UsageFault(`--proxy-mode ${asked} is not known`, proxyModes.join(" or "));
  return mode;
}

function blocksOf(parsed: Parsed, flag: string): readonly Cidr[] {
  const text = parsed.text(flag) ?? "";
  const blocks = parseBlocks(text);
  if (blocks === undefined)
    throw new UsageFault(
      `--${flag}: ${text} is no list of blocks`,
      "such as 10.244.0.0/16, or one a family: 10.244.0.0/16,fd00:10:244::/56",
    );
  return blocks;
}

function bindingsOf(parsed: Parsed, flag: string, fallback: string) {
  const binding = bindingOf(parsed, flag, fallback);
  return binding === undefined ? [] : [binding];
}
