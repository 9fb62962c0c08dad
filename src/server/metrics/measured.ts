import type { Identity } from "#core/access/identity.ts";
import type { AuditedRequest } from "../audit/audited-request.ts";
import type { Environment } from "../environment.ts";
import type { Answer, StreamAnswer } from "../exchange.ts";
import type { RequestLabels } from "./metrics.ts";

/** What is known of a request when it is answered. */
interface Measuring {
  /** What the request is counted as. */
  readonly labels: RequestLabels;
  /** When it came, by the clock of `performance`. */
  readonly begun: number;
  /** undefined: nothing is audited. */
  readonly audited: AuditedRequest | undefined;
}

/** Counts an answer that doesn't go on; one in pieces when the last of them has been taken. */
export function measured({ metrics }: Environment, told: Answer, { labels, begun, audited }: Measuring): Answer {
  const counted = (bytes: number): void => {
    metrics.answered(labels, { code: told.status, seconds: (performance.now() - begun) / 1000, bytes });
    audited?.ended(told.status, told.kind === "whole" ? told : undefined);
  };
  switch (told.kind) {
    case "whole":
      counted(told.body.length);
      return told;
    case "pieces":
      return { ...told, pieces: () => counting(told.pieces(), counted) };
    case "stream":
      return told;
  }
}

async function* counting(
  pieces: AsyncIterable<Uint8Array>,
  counted: (bytes: number) => void,
): AsyncIterable<Uint8Array> {
  let bytes = 0;
  try {
    for await (const piece of pieces) {
      bytes += piece.length;
      yield piece;
    }
  } finally {
    counted(bytes);
  }
}

/** Counts an answer as long as it goes on. */
export function followed(
  env: Environment,
  told: StreamAnswer,
  { identity, labels, begun, audited }: Measuring & { readonly identity: Identity },
): Answer {
  const { metrics, openStreams } = env;
  const counted = labels.verb === "WATCH" ? metrics.counted(told, labels) : told;
  return openStreams.follow(counted, identity, () => {
    const closed = metrics.opened(labels);
    audited?.started(told.status);
    return () => {
      closed();
      audited?.ended(told.status);
      metrics.answered(labels, { code: told.status, seconds: (performance.now() - begun) / 1000, bytes: undefined });
    };
  });
}
