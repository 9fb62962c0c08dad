import type { ServedReview } from "#machinery/catalogue.ts";
import { isJsonObject } from "#machinery/json.ts";
import { deprecationWarning } from "#machinery/kind.ts";
import { badRequest, invalid, methodNotAllowed, noSuchPath, notAcceptable } from "#machinery/status.ts";
import { mediaTypes, objectFormat } from "../answers/negotiate.ts";
import { presentValue } from "../answers/present.ts";
import { mayOrThrow } from "../authorization/permission.ts";
import type { Environment } from "../environment.ts";
import type { ServerRequest, WholeAnswer } from "../exchange.ts";
import { sentBody } from "../requests/sent.ts";
import type { Resource } from "../requests/understand.ts";
import { writeOptions } from "../requests/write-options.ts";
import { answererOf } from "./answerers.ts";
import type { ReviewCall } from "./review-call.ts";

type Asked = Omit<Resource, "annotate"> & { readonly spoken: ServedReview };

/** Answers a question. Throws a 400, 403, 404, 405, 406, 415 or 422. */
export async function answerReview(env: Environment, request: ServerRequest, asked: Asked): Promise<WholeAnswer> {
  const { spoken } = asked;
  const call = understand(env, request, asked);
  const sent = await sentBody(call, spoken, writeOptions(call, "CreateOptions"));
  const question = spoken.scope === "Namespaced" ? inNamespace(sent, call.path.namespace) : sent;
  const problems = spoken.review.rules.flatMap((rule) => [...rule(question)]);
  if (problems.length > 0) throw invalid(spoken, "", problems);
  return { ...presentValue(call, spoken, await answererOf(spoken)(question, call)), status: 201 };
}

function understand(
  env: Environment,
  request: ServerRequest,
  { spoken, identity, path, query, warn }: Asked,
): ReviewCall {
  const { group, plural: resource } = spoken;
  const { namespace, name } = path;
  if (name !== "" || (namespace !== "") !== (spoken.scope === "Namespaced")) throw noSuchPath();
  if (request.method !== "POST") throw methodNotAllowed(spoken, request.method.toLowerCase());
  mayOrThrow(env, identity, { kind: "resource", verb: "create", group, resource, subresource: "", namespace, name });
  const format = objectFormat(request.headers.accept);
  if (format === undefined) throw notAcceptable(Object.values(mediaTypes));
  if (spoken.review.deprecation !== undefined) warn(deprecationWarning(spoken, spoken.review.deprecation));
  return { env, request, identity, path, query, format, warn, spoken };
}

/** The namespace of the path, which the question may leave out but must not contradict. Throws a 400. */
function inNamespace(question: unknown, namespace: string): unknown {
  if (!isJsonObject(question) || !isJsonObject(question.metadata)) return question;
  const { namespace: said = "" } = question.metadata;
  if (said !== "" && said !== namespace)
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  return { ...question, metadata: { ...question.metadata, namespace } };
}
