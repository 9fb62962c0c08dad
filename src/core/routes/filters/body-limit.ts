import type { Answer } from "./answer.ts";

export const bodyTooLong: Answer = {
  status: 413,
  // The rest of the body would be read as the next request.
  headers: [{ name: "connection", value: "close" }],
  because: "BodyTooLong",
};

/** Whether a body of so many bytes is refused; without a limit none is. */
export const exceeds = (maxBodyBytes: number | undefined, bodyBytes: number): boolean =>
  maxBodyBytes !== undefined && bodyBytes > maxBodyBytes;
