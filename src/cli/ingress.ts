import { readKubeconfig } from "#client/kubeconfig.ts";
import { startIngressAlone } from "#cluster/ingress-alone.ts";
import { engineNames } from "#cluster/ingress-engines.ts";
import { parsePort, parseSeconds } from "#cluster/setting-values.ts";
import { nginxController, portolanController } from "#core/routes/route-book.ts";
import type { Publish } from "#daemons/ingress/publish.ts";
import { type Ip, parseIp } from "#net/ip.ts";
import { tellingAs } from "./alone.ts";
import { type Parsed, parse } from "./arguments.ts";
import { bindingOf } from "./binding.ts";
import { untilSignal } from "./signals.ts";
import { UsageFault } from "./usage.ts";

const text = { type: "string" } as const;
const boolean = { type: "boolean" } as const;
const flags = {
  kubeconfig: text,
  "controller-class": text,
  "ingress-class": text,
  "serve-nginx-class": boolean,
  "watch-namespace": text,
  "bind-address": text,
  "http-port": text,
  "https-port": text,
  "publish-service": text,
  "publish-status-address": text,
  engine: text,
  "state-dir": text,
  "metrics-bind-address": text,
  "shutdown-grace-period": text,
  "drain-timeout": text,
  debug: boolean,
} as const;

/** `portolan ingress`: serves until a signal comes, and then lets requests end. */
export async function ingress(args: readonly string[]): Promise<number> {
  const parsed = parse(args, flags);
  const kubeconfig = parsed.text("kubeconfig") ?? process.env.KUBECONFIG;
  if (kubeconfig === undefined || kubeconfig === "")
    throw new UsageFault("no cluster is named", "give its kubeconfig: --kubeconfig FILE, or KUBECONFIG");
  const asked = askedFrom(parsed);
  const end = {
    graceSeconds: secondsOf(parsed, "shutdown-grace-period", "5s"),
    drainSeconds: secondsOf(parsed, "drain-timeout", "60s"),
  };
  const interrupted = untilSignal();
  const running = await startIngressAlone({
    ...asked,
    access: await readKubeconfig(kubeconfig),
    ...tellingAs("ingress"),
  });
  process.stdout.write(`Ingresses are served by ${running.story}\n`);
  // While no API server answers there may be nothing else that Node would wait for.
  const awake = setInterval(() => {}, 2 ** 30);
  running.synced.then(() => process.stdout.write("everything that was there at the start is served\n"));
  const unfit = await Promise.race([interrupted, running.unfit]);
  clearInterval(awake);
  // One that can't begin was never ready, so that nobody has to hear that it ends.
  await running.stop(unfit === undefined ? end : { ...end, graceSeconds: 0 });
  if (unfit !== undefined) throw unfit;
  return 0;
}

/** What is asked for, but which cluster. Throws `UsageFault`. */
function askedFrom(parsed: Parsed) {
  const own = {
    controller: parsed.text("controller-class") ?? portolanController.controller,
    className: parsed.text("ingress-class") ?? portolanController.className,
  };
  return {
    controllers: [own, ...(parsed.has("serve-nginx-class") ? [nginxController] : [])],
    namespace: parsed.text("watch-namespace") ?? "",
    publish: publishOf(parsed),
    bindAddress: addressOf(parsed),
    ports: { http: portOf(parsed, "http-port", "80"), https: portOf(parsed, "https-port", "443") },
    engine: engineOf(parsed),
    stateDir: parsed.text("state-dir") ?? "/var/lib/portolan-ingress",
    status: bindingOf(parsed, "metrics-bind-address", "0.0.0.0:10254"),
  };
}

function publishOf(parsed: Parsed): Publish {
  const service = parsed.text("publish-service");
  const addresses = (parsed.text("publish-status-address") ?? "").split(",").filter((one) => one !== "");
  if (service !== undefined && addresses.length > 0)
    throw new UsageFault("--publish-service and --publish-status-address exclude each other", "give one of them");
  if (service === undefined) return addresses.length > 0 ? { kind: "addresses", addresses } : { kind: "nothing" };
  if (!/^[^/]+\/[^/]+$/.test(service))
    throw new UsageFault(`--publish-service: ${service} is no Service`, "NAMESPACE/NAME");
  return { kind: "service", name: service };
}

function engineOf(parsed: Parsed) {
  const asked = parsed.text("engine");
  const engine = engineNames.find((one) => one === asked);
  if (asked !== undefined && engine === undefined)
    throw new UsageFault(`--engine ${asked} is not known`, engineNames.join(" or "));
  return engine;
}

function addressOf(parsed: Parsed): Ip | undefined {
  const given = parsed.text("bind-address");
  const address = given === undefined ? undefined : parseIp(given);
  if (given !== undefined && address === undefined)
    throw new UsageFault(`--bind-address: ${given} is no IP address`, "such as 192.0.2.7");
  return address;
}

function portOf(parsed: Parsed, flag: string, fallback: string): number {
  const given = parsed.text(flag) ?? fallback;
  const port = parsePort(given);
  if (port === undefined) throw new UsageFault(`--${flag}: ${given} is no port`, "a number from 1 to 65535");
  return port;
}

function secondsOf(parsed: Parsed, flag: string, fallback: string): number {
  const given = parsed.text(flag) ?? fallback;
  const seconds = parseSeconds(given);
  if (seconds === undefined)
    throw new UsageFault(`--${flag}: ${given} is no time`, "such as 90s or 1m30s; an hour at most");
  return seconds;
}
