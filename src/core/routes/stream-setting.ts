import { isPort } from "#net/port.ts";
import { type BackendWish, lookUpPort, plainWish, serviceShape } from "./backend-wish.ts";
import { defaultBackendSettings } from "./default-settings.ts";
import type { StreamRoute } from "./route-table.ts";
import type { RouteWorld } from "./route-world.ts";
import type { Refuse, Setting } from "./setting.ts";
import { showValue } from "./shown-value.ts";

/** What became of `tcp.9000: shop/web:8080`. */
interface StreamReading {
  readonly stream: StreamRoute | undefined;
  readonly wish: BackendWish | undefined;
  /** `namespace/name` of the Service that was looked at, and its shape. */
  readonly service: string | undefined;
  readonly shape: string;
}

interface StreamSurroundings {
  /** Ports of the other listeners. */
  readonly taken: ReadonlySet<number>;
  readonly refuse: Refuse;
}

const keyShape = /^(tcp|udp)\.(\d{1,5})$/;
export const isStreamKey = (key: string): boolean => keyShape.test(key);

/** NAMESPACE/SERVICE:PORT, then perhaps :PROXY for a PROXY header that clients send, and another for one that the pods get. */
const valueShape = /^([a-z0-9.-]+\/[a-z0-9.-]+):([a-z0-9-]+)(?::(PROXY)?)?(?::(PROXY)?)?$/;

/** Reads the settings that expose ports. The value's form is that of ingress-nginx' tcp-services and udp-services. */
export function streamsOf(
  settings: readonly Setting[],
  world: RouteWorld,
  around: StreamSurroundings,
): readonly StreamReading[] {
  return settings.filter(({ key }) => isStreamKey(key)).map((setting) => readStream(setting, world, around));
}

function readStream(
  { key, value, origin }: Setting,
  world: RouteWorld,
  { taken, refuse }: StreamSurroundings,
): StreamReading {
  const refused = (problem: string, service?: string): StreamReading => {
    refuse(origin, `${problem}; the port is not served`);
    return {
      stream: undefined,
      wish: undefined,
      service,
      shape: service === undefined ? "" : serviceShape(world.service(service)),
    };
  };
  const [, kind, digits] = keyShape.exec(key) ?? [];
  const protocol = kind === "udp" ? "UDP" : "TCP";
  const port = Number(digits);
  if (!isPort(port)) return refused("ports are 1 to 65535");
  if (protocol === "TCP" && taken.has(port)) return refused(`port ${port} is where HTTP or HTTPS is served`);
  const [whole, service = "", wanted = "", takes, gives] = valueShape.exec(value) ?? [];
  if (whole === undefined) return refused(`${showValue(value)} is no NAMESPACE/SERVICE:PORT, perhaps with :PROXY`);
  if (protocol === "UDP" && (takes ?? gives) !== undefined) return refused("PROXY headers are for TCP");
  const named = /^\d+$/.test(wanted) ? { number: Number(wanted) } : { name: wanted };
  const found = lookUpPort(world, service, { protocol, ...named });
  if (found.kind === "refused") return refused(found.message, service);
  const suffix = gives === undefined ? (protocol === "UDP" ? "/UDP" : "") : `~${key}`;
  const wish: BackendWish = {
    ...plainWish(found.ref),
    id: `${service}:${found.ref.port}${suffix}`,
    protocol,
    settings: gives === undefined ? defaultBackendSettings : { ...defaultBackendSettings, proxyHeader: "v1" },
  };
  const stream = {
    id: key,
    port,
    protocol,
    backend: wish.id,
    acceptsProxyHeader: takes !== undefined,
    origin,
  } as const;
  return { stream, wish, service, shape: serviceShape(world.service(service)) };
}
