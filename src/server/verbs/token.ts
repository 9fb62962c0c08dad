import { TokenRequest, tokenRequestProblems } from "#api/authentication/token-request.ts";
import type { AccountClaims } from "#core/access/account-claims.ts";
import { nodeOf } from "#core/access/attributes.ts";
import { type FieldProblem, invalidField } from "#machinery/field-problem.ts";
import { isJsonObject } from "#machinery/json.ts";
import type { Stored } from "#machinery/schema.ts";
import { badRequest, forbidden, invalid, noSuchPath } from "#machinery/status.ts";
import { showTime } from "#machinery/time.ts";
import { presentValue } from "../answers/present.ts";
import { boundObjects, namedOf } from "../authentication/bound-objects.ts";
import type { TokenIssuer } from "../authentication/token-issuer.ts";
import { nodeTokenDenial } from "../authorization/node-tokens.ts";
import { type Call, placeOf } from "../call.ts";
import type { Answer } from "../exchange.ts";
import { mustFind } from "../objects.ts";
import { type Expected, sentBody } from "../requests/sent.ts";
import { writeOptions } from "../requests/write-options.ts";

const expected: Expected = { group: "authentication.k8s.io", version: "v1", kind: "TokenRequest", type: TokenRequest };

type Request = Stored<typeof TokenRequest>;

/**
 * POST of a TokenRequest: a token by which somebody can act as the account. Throws a 404 where there is no such account, or nothing to
 * bind the token to, and a 403 for a node that wants more than tokens of its pods.
 * Source: pkg/registry/core/serviceaccount/storage/token.go.
 */
export async function createToken(call: Call): Promise<Answer> {
  const { env, path, kind } = call;
  const { tokenIssuer: issuer } = env;
  if (issuer === undefined) throw noSuchPath();
  const options = writeOptions(call, "CreateOptions");
  const sent = mustTokenRequest(await sentBody(call, expected, options));
  const { object: account } = await mustFind(env.store, kind, placeOf(call));
  checkRequest(call, sent);
  await admitNode(call, sent);
  const { audiences } = sent.spec;
  const request = { ...sent, spec: { ...sent.spec, audiences: audiences.length === 0 ? issuer.audiences : audiences } };
  const bound = await boundObjects(env.store, path, request.spec.boundObjectRef);
  const now = Math.floor(env.now() / 1000);
  const times = timesOf(request, now, bound.pod !== undefined && isForApi(request, issuer));
  const of = { namespace: path.namespace, account: namedOf(account), id: env.chance.uuid() };
  const token = options.isDryRun
    ? ""
    : await issuer.issue({ ...of, ...times, ...bound, audiences: request.spec.audiences });
  const metadata = { ...request.metadata, ...placeOf(call), creationTimestamp: showTime(now * 1000) };
  const expirationTimestamp = showTime((now + request.spec.expirationSeconds) * 1000);
  const answered = { metadata, spec: request.spec, status: { token, expirationTimestamp } };
  return { ...presentValue(call, expected, answered), status: 201 };
}

function mustTokenRequest(body: unknown): Request {
  if (!isTokenRequest(body)) throw badRequest("the body is no TokenRequest");
  return body;
}
// Just read as that type.
const isTokenRequest = (value: unknown): value is Request =>
  isJsonObject(value) && isJsonObject(value.metadata) && isJsonObject(value.spec);

/** Throws a 422. */
function checkRequest({ path }: Call, request: Request): void {
  const kind = { group: expected.group, kind: expected.kind, plural: "tokenrequests" };
  const { name = "", namespace = "" } = request.metadata;
  const misplaced: FieldProblem[] = [];
  if (name !== "" && name !== path.name)
    misplaced.push(invalidField("metadata.name", name, "must match the service account name if specified"));
  else if (namespace !== "" && namespace !== path.namespace)
    misplaced.push(
      invalidField("metadata.namespace", namespace, "must match the service account namespace if specified"),
    );
  if (misplaced.length > 0) throw invalid(kind, path.name, misplaced);
  const problems = [...tokenRequestProblems(request)];
  if (problems.length > 0) throw invalid(kind, "", problems);
}

/** Throws a 403 or a 404. */
async function admitNode({ env, identity, kind, path }: Call, { spec }: Request): Promise<void> {
  const node = nodeOf(identity);
  const denied = node === undefined ? undefined : await nodeTokenDenial(env.store, node, { ...path, ...spec });
  if (denied !== undefined) throw forbidden(kind, path.name, denied);
}

const isForApi = ({ spec }: Request, { audiences }: TokenIssuer): boolean =>
  spec.audiences.every((one) => audiences.includes(one));

/** What agents ask for whose pods may not know yet that a token ends: 3607 seconds. Theirs counts longer, and says when it should not. */
const [extendedWhere, extendedSeconds] = [3607, 365 * 24 * 3600];

function timesOf(
  { spec: { expirationSeconds } }: Request,
  now: number,
  isOfPod: boolean,
): Pick<AccountClaims, "issuedAt" | "notBefore" | "expires" | "warnAfter"> {
  const isExtended = isOfPod && expirationSeconds === extendedWhere;
  return {
    issuedAt: now,
    notBefore: now,
    expires: now + (isExtended ? extendedSeconds : expirationSeconds),
    ...(isExtended && { warnAfter: now + expirationSeconds }),
  };
}
