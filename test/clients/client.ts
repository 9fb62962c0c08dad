import { showKubeconfig } from "#client/kubeconfig.ts";
import type { Listening } from "../server/listening.ts";

/** What a client is told of a server: where it is, and the certificate of an administrator. */
export const kubeconfigFor = ({ authority, client }: Listening, port: number): string =>
  showKubeconfig({
    name: "test",
    server: `https://127.0.0.1:${port}`,
    ca: authority.certificate,
    cert: client.certificate,
    key: client.key,
  });
