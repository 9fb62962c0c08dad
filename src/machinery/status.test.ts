import assert from "node:assert/strict";
import test from "node:test";
import { invalidField, requiredField } from "./field-problem.ts";
import * as status from "./status.ts";

const services = { group: "", kind: "Service", plural: "services" };
const deployments = { group: "apps", kind: "Deployment", plural: "deployments" };
const stale = "please apply your changes to the latest version and try again";

const cases: readonly (readonly [error: status.StatusError, code: number, reason: string, message: string])[] = [
  [status.notFound(services, "x"), 404, "NotFound", 'services "x" not found'],
  [status.notFound(deployments, "x"), 404, "NotFound", 'deployments.apps "x" not found'],
  [status.alreadyExists(services, "x"), 409, "AlreadyExists", 'services "x" already exists'],
  [
    status.conflict(services, "x"),
    409,
    "Conflict",
    `Operation cannot be fulfilled on services "x": the object has been modified; ${stale}`,
  ],
  [
    status.invalid(services, "x", [requiredField("spec.ports")]),
    422,
    "Invalid",
    'Service "x" is invalid: spec.ports: Required value',
  ],
  [
    status.invalid(deployments, "x", [
      requiredField("spec.a"),
      requiredField("spec.a"),
      invalidField("spec.b", 0, "no"),
    ]),
    422,
    "Invalid",
    'Deployment.apps "x" is invalid: [spec.a: Required value, spec.b: Invalid value: 0: no]',
  ],
  [status.forbidden(services, "x", "not yours"), 403, "Forbidden", 'services "x" is forbidden: not yours'],
  [status.unauthorized(), 401, "Unauthorized", "Unauthorized"],
  [status.noSuchPath(), 404, "NotFound", "the server could not find the requested resource"],
];
for (const [error, code, reason, message] of cases)
  test(`${code} ${message}`, () => {
    assert.equal(error.status.code, code);
    assert.equal(error.status.reason, reason);
    assert.equal(error.message, message);
    assert.equal(error.status.status, "Failure");
  });

test("an invalid object tells each field as a cause, so that kubectl can list them", () =>
  assert.deepEqual(status.invalid(services, "x", [invalidField("spec.b", "v", "no")]).status.details, {
    name: "x",
    kind: "Service",
    causes: [{ reason: "FieldValueInvalid", message: 'Invalid value: "v": no', field: "spec.b" }],
  }));
