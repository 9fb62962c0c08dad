/** What commands are spoken in over a WebSocket; the newest first. Source: KEP-4006. */
export const webSocketProtocols: readonly string[] = ["v5.channel.k8s.io", "v4.channel.k8s.io"];

/** Whether the client offers one that we speak; an upgrade without one must be refused before it is accepted. */
export const offersWebSocketProtocol = (offered: string): boolean => {
  const names = offered.split(",").map((name) => name.trim());
  return webSocketProtocols.some((name) => names.includes(name));
};
