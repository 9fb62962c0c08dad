import type { IncomingMessage } from "node:http";
import { answeredFields } from "#core/api-proxy/fields.ts";
import { withoutReason } from "#machinery/status.ts";
import type { ServerRequest } from "../exchange.ts";
import type { Join, Upgrading } from "../streams/join.ts";
import { auditLines, join, refuse } from "../streams/splice.ts";
import { ask, type Forwarding, targetUnreachable } from "./asking.ts";

/**
 * Passes a request on that is to become something else than HTTP. Once the target has agreed (101), every byte goes through as it is;
 * before that, none that the client sends ahead does (CVE-2018-1002105). Any other answer is passed back as the last one of both
 * connections, and a redirect is refused (CVE-2020-8559). Source: tryUpgrade in k8s.io/apimachinery/pkg/util/proxy.
 */
export const forwardUpgrade =
  (request: ServerRequest, forwarding: Forwarding): Join =>
  (upgrading) => {
    const { socket, head, auditId } = upgrading;
    const asked = ask(request, forwarding, { connection: "Upgrade", upgrade: request.headers.upgrade ?? "" });
    asked.on("error", (fault) => {
      if (!socket.writableEnded) refuse(upgrading, targetUnreachable(forwarding.target, fault));
    });
    asked.once("response", (answer) => {
      const status = answer.statusCode ?? 0;
      if (status >= 200 && (status < 300 || status >= 400)) passBack(answer, upgrading, forwarding);
      else {
        refuse(upgrading, withoutReason(`invalid upgrade response: status code ${status}`));
        asked.destroy();
      }
    });
    asked.once("upgrade", (answer, peer, first) => {
      peer.on("error", () => peer.destroy());
      if (socket.destroyed) {
        peer.destroy();
        return;
      }
      socket.write(headOf(answer, { ...forwarding, auditId, last: false }));
      if (first.length > 0) socket.write(first);
      if (head.length > 0) peer.write(head);
      join(socket, peer);
    });
    asked.end();
  };

function passBack(answer: IncomingMessage, { socket, auditId }: Upgrading, forwarding: Forwarding): void {
  socket.write(headOf(answer, { ...forwarding, auditId, last: true }));
  answer.on("error", () => socket.destroy()); // the client must not take it for whole
  answer.on("end", () => answer.destroy());
  answer.pipe(socket);
}

interface Kept extends Pick<Forwarding, "credentials"> {
  readonly auditId: string | undefined;
  /** Whether the connection ends with it. */
  readonly last: boolean;
}

function headOf({ statusCode, statusMessage, headers }: IncomingMessage, { credentials, auditId, last }: Kept): string {
  const ending = last ? { connection: "close" } : { connection: "Upgrade", upgrade: headers.upgrade ?? "" };
  const passed = { ...answeredFields(headers, { credentials }), ...ending };
  const lines = Object.entries(passed).flatMap(([name, value]) => [value].flat().map((one) => `${name}: ${one}\r\n`));
  const own = auditLines(auditId).map((line) => `${line}\r\n`);
  return `HTTP/1.1 ${statusCode} ${statusMessage}\r\n${[...own, ...lines].join("")}\r\n`;
}
