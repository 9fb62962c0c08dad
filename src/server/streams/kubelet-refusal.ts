import type { IncomingMessage } from "node:http";
import { isJsonObject, readJson } from "#machinery/json.ts";
import { failure, type StatusError } from "#machinery/status.ts";
import { limits } from "../limits.ts";

const reasons: Readonly<Record<number, string>> = {
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  500: "InternalError",
  503: "ServiceUnavailable",
};

/** What an agent says instead of what was asked for. Rejects with Node's own fault where it breaks off. */
export async function kubeletRefusal(answer: IncomingMessage): Promise<StatusError> {
  let text = "";
  for await (const chunk of answer) {
    text += String(chunk);
    if (text.length > limits.refusal) break;
  }
  const code = answer.statusCode ?? 500;
  const told = statusIn(text);
  const message = told ?? (text.trim().slice(0, 2000) || `the agent answered ${code}`);
  const reason = reasons[code] ?? "InternalError";
  return failure({ message, reason, code: code < 400 ? 500 : code });
}

function statusIn(text: string): string | undefined {
  const json = readJson(text);
  return isJsonObject(json) && typeof json.message === "string" ? json.message : undefined;
}
