import { type FieldProblem, invalidField, requiredField } from "../field-problem.ts";
import { dnsSubdomainTrouble } from "./names.ts";

/** `example.com/controller`. Source: IsDomainPrefixedPath in k8s.io/apimachinery/pkg/util/validation. */
export function* domainPathProblems(path: string, value: string): Iterable<FieldProblem> {
  if (value === "") {
    yield requiredField(path);
    return;
  }
  const slash = value.indexOf("/");
  const [host, rest] = [value.slice(0, slash), value.slice(slash + 1)];
  if (slash <= 0 || rest === "") {
    yield invalidField(path, value, 'must be a domain-prefixed path (such as "acme.io/foo")');
    return;
  }
  for (const trouble of dnsSubdomainTrouble(host)) yield invalidField(path, host, trouble);
  if (!/^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/.test(rest)) {
    const sentence = "Invalid path (e.g. 'example.com/my-path', regex used for validation is";
    yield invalidField(path, rest, `${sentence} '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')`);
  }
}
