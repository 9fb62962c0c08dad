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
