/** A message that is not passed on. `status` is the answer to a client; of a backend's message the client's answer is 502. */
export interface Refusal {
  readonly kind: "refused";
  readonly status: 400 | 405 | 414 | 431 | 505;
  readonly because: RefusalReason;
}

export type RefusalReason =
  | "BadStartLine"
  | "BadMethod"
  | "MethodNotServed"
  | "BadTarget"
  | "TargetTooLong"
  | "VersionNotServed"
  | "BadLineEnd"
  | "ControlCharacter"
  | "BadFieldName"
  | "HeadTooLong"
  | "TooManyFields"
  | "BadHost"
  | "HostMissing"
  | "HostRepeated"
  | "HostDiffersFromTarget"
  | "BadContentLength"
  | "ContentLengthRepeated"
  | "LengthBesideTransferEncoding"
  | "BadTransferEncoding"
  | "BadChunk"
  | "ChunkTooLong"
  | "ChunkExtensionTooLong"
  | "BadTrailer"
  | "TrailersTooLong";

/** What a message may have at most. */
export interface Limits {
  /** Start line and fields together. */
  readonly headBytes: number;
  readonly fields: number;
  readonly targetBytes: number;
}

export const usualLimits: Limits = { headBytes: 64 * 1024, fields: 100, targetBytes: 8 * 1024 };

export const refused = (because: RefusalReason, status: Refusal["status"] = 400): Refusal => ({
  kind: "refused",
  status,
  because,
});
