import type { IngressSettings } from "./ingress-settings.ts";
import type { BackendSettings } from "./route-table.ts";

/** How backends are spoken to where nothing else is asked for. Source: ingress-nginx's defaults, since its users' manifests count on them. */
export const defaultBackendSettings: BackendSettings = {
  protocol: "http",
  balance: { kind: "roundRobin" },
  timeouts: { connect: 5, send: 60, read: 60 },
  connectRetries: 2,
};

/** Its hosts and paths lead to its Services, and nothing else does. */
export const hostsAsWritten = {
  tlsPassthrough: false,
  aliases: [],
  redirectsWww: false,
  appRoot: undefined,
  redirect: undefined,
  serviceUpstream: false,
  fallbackService: undefined,
} as const;

/** What an Ingress without annotations asks for. */
export const defaultSettings: IngressSettings = {
  filters: { maxBodyBytes: 1024 * 1024 },
  backend: defaultBackendSettings,
  httpsRedirect: { when: "hostHasTls", status: 308 },
  usesPatterns: false,
  canary: undefined,
  ...hostsAsWritten,
  failsClosed: false,
  reads: [],
  findings: [],
};
