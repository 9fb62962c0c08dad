import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Share } from "#api/portolan/share.ts";
import type { StatusError } from "#machinery/status.ts";
import { send } from "../connections/answering.ts";
import { incoming, incomingUpgrade } from "../connections/incoming-request.ts";
import type { Environment } from "../environment.ts";
import { type ServerRequest, type WholeAnswer, wholeText } from "../exchange.ts";
import type { Forwarding } from "../proxy/asking.ts";
import { forward } from "../proxy/forward.ts";
import { serviceTarget } from "../proxy/service-target.ts";
import { forwardUpgrade } from "../proxy/upgrade.ts";
import { refusalOf } from "../refusals.ts";
import { refuse } from "../streams/splice.ts";

/** A request that a link has let in, with its own address and cookies. */
export interface Guest {
  readonly share: Share;
  readonly request: IncomingMessage;
  readonly url: string;
  /** Empty: none. */
  readonly cookie: string;
}

/** Brings guests to the Service of their link. */
export interface Usher {
  readonly serve: (guest: Guest, response: ServerResponse) => Promise<void>;
  readonly upgrade: (guest: Guest, socket: Duplex, head: Buffer) => Promise<void>;
}

/** Guests are passed on to an endpoint of the Service, as the API's proxy does it, with all that they send to it. */
export const usherOf = (env: Environment): Usher => ({
  async serve(guest, response) {
    const request = asked(incoming(guest.request, response), guest);
    const forwarded = forwardingOf(env, guest).then((forwarding) => forward(request, forwarding));
    const answer = await forwarded.then(undefined, (fault: unknown) => plainly(refusalOf(fault, env.report)));
    await send(answer, guest.request, response);
  },
  async upgrade(guest, socket, head) {
    const request = asked(incomingUpgrade(guest.request, socket), guest);
    const join = await forwardingOf(env, guest).then(
      (forwarding) => forwardUpgrade(request, forwarding),
      (fault: unknown) => () => refuse({ socket }, refusalOf(fault, env.report)),
    );
    join({ request: guest.request, socket, head });
  },
});

/** The Service is asked as if it had been asked at once: nothing is rewritten, since the link has an address of its own. */
async function forwardingOf(env: Environment, { share, url }: Guest): Promise<Forwarding> {
  const { service: name, port = "", scheme } = share.spec;
  const target = await serviceTarget(env, share.metadata.namespace, { scheme, name, port: String(port) });
  return { target, url, prefix: "", credentials: "passed" };
}

const asked = ({ lines: _, ...request }: ServerRequest, { url, cookie }: Guest): ServerRequest => ({
  ...request,
  url,
  headers: { ...request.headers, cookie: cookie === "" ? undefined : cookie },
});

/** A visitor is no client of the API, and reads a sentence. */
const plainly = ({ status, headers }: StatusError): WholeAnswer => {
  const told = wholeText(status.code, `${status.message}\n`);
  return { ...told, headers: { ...headers, ...told.headers, "cache-control": "no-store" } };
};
