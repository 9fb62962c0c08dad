/** What a link opens, as a command line says it. */
export interface SharedTarget {
  readonly service: string;
  readonly port?: string | number;
}

/** `svc/web`, `service/web:http`, `svc/web:80`. undefined: it is none. */
export function sharedTarget(text: string): SharedTarget | undefined {
  const [, service, port] = /^(?:svc|services?)\/([a-z0-9-]+)(?::([a-z0-9-]+))?$/.exec(text) ?? [];
  if (service === undefined) return undefined;
  if (port === undefined) return { service };
  return { service, port: /^\d+$/.test(port) ? Number(port) : port };
}

const hourMs = 3_600_000;

/** `30m`, `1h`, `2h30m`, `7d`, in milliseconds. undefined: it is no such time, or none at all. */
export function parseShareTime(text: string): number | undefined {
  const found = /^(?=\d)(?:(\d{1,3})d)?(?:(\d{1,4})h)?(?:(\d{1,5})m)?(?:(\d{1,7})s)?$/.exec(text);
  if (found === null) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = found.slice(1).map((part) => Number(part ?? 0));
  const total = (days * 24 + hours) * hourMs + minutes * 60_000 + seconds * 1000;
  return total > 0 ? total : undefined;
}
