import { type Documented, documented } from "#machinery/openapi/docs.ts";
import * as parts from "./access/attributes.ts";
import { LocalSubjectAccessReview } from "./local-subject-access-review.ts";
import { SelfSubjectAccessReview } from "./self-subject-access-review.ts";
import * as rules from "./self-subject-rules-review.ts";
import { SubjectAccessReview } from "./subject-access-review.ts";

const resourceAttributes = "A verb on a resource; either this or nonResourceAttributes is asked.";
const nonResourceAttributes = "A verb on a path that is no resource, such as /metrics.";

export const authorizationDocs: readonly Documented[] = [
  documented(SubjectAccessReview, {
    "": "Asks whether somebody may do something. It is answered, and not kept.",
    metadata: "Must be empty: the question has no name.",
    spec: "Who wants to do what.",
    status: "Whether they may do it.",
  }),
  documented(LocalSubjectAccessReview, {
    "": "Asks whether somebody may do something in one namespace, which those may ask who have rights there alone.",
    metadata: "The namespace, and nothing else.",
    spec: "Who wants to do what; the namespace must be that of the question.",
    status: "Whether they may do it in this namespace.",
  }),
  documented(SelfSubjectAccessReview, {
    "": "Asks whether one may do something oneself; everybody may ask that.",
    metadata: "Must be empty: one asks about oneself without a name.",
    spec: "The right that one wants to know about.",
    status: "Whether the one who asks may do it.",
  }),
  documented(rules.SelfSubjectRulesReview, {
    "": "Asks for all that one may do in a namespace: for showing, not for deciding.",
    metadata: "Nothing in it is read, and nothing of it comes back.",
    spec: "The namespace about which is asked.",
    status: "The rules that give the one who asks something there.",
  }),
  documented(parts.SubjectAccessReviewSpec, {
    "": "Somebody, and what they want to do.",
    resourceAttributes,
    nonResourceAttributes,
    user: "The name of the user; with groups alone, nobody in particular who is in them.",
    groups: "The groups of the user. None is added: system:authenticated counts only where it stands here.",
    extra: "What else is known of the user; an authorizer may ask for it.",
    uid: "The UID of the user.",
  }),
  documented(parts.SelfSubjectAccessReviewSpec, {
    "": "What the one who asks wants to do.",
    resourceAttributes,
    nonResourceAttributes,
  }),
  documented(parts.ResourceAttributes, {
    "": "A verb on a resource, or on one object.",
    namespace: 'Where; "" for all namespaces, or for what is in none.',
    verb: "get, list, watch, create, update, patch, delete, deletecollection, impersonate, and so on; * for all of them.",
    group: 'API group of the resource: "" for the core group, * for all.',
    version: "API version of the resource; rights don't depend on it.",
    resource: "As in URLs: pods, services; * for all.",
    subresource: 'The part of it that is meant: log, status; "" for the object itself.',
    name: 'The object that is meant; "" for all of them.',
    fieldSelector: "Only objects whose fields match are asked for; rights that are given here don't depend on it.",
    labelSelector: "Only objects whose labels match are asked for; rights that are given here don't depend on it.",
  }),
  documented(parts.NonResourceAttributes, {
    "": "A verb on a path that is no resource.",
    path: "The path of the URL: /healthz.",
    verb: "The HTTP method in lower case: get, post.",
  }),
  documented(parts.FieldSelectorAttributes, {
    "": "Which objects are asked for, by their fields. Give one of the two.",
    rawSelector: "The selector as it stands in a URL.",
    requirements: "All of them must be met by a field of the object.",
  }),
  documented(parts.FieldSelectorRequirement, {
    "": "What the value of one field must be.",
    key: "The path of the field: spec.nodeName.",
    operator: "In, NotIn, Exists or DoesNotExist; one that is not known narrows nothing down.",
    values: "The values for In and NotIn; none for the others.",
  }),
  documented(parts.LabelSelectorAttributes, {
    "": "Which objects are asked for, by their labels. Give one of the two.",
    rawSelector: "The selector as it stands behind labelSelector= in a URL.",
    requirements: "All of them must be met by the labels of the object.",
  }),
  documented(parts.SubjectAccessReviewStatus, {
    "": "Whether something is allowed.",
    allowed: "True: it is allowed.",
    reason: "Why it is or isn't allowed, where there is something to tell.",
    evaluationError: "What went wrong while it was decided; the answer may still be right.",
    denied: "True where it is refused whatever else may allow it; false where nothing allows it.",
  }),
  documented(rules.SelfSubjectRulesReviewSpec, {
    "": "About which namespace is asked.",
    namespace: "The namespace; it must be given.",
  }),
  documented(rules.SubjectRulesReviewStatus, {
    "": "What somebody may do in a namespace.",
    resourceRules: "What may be done to resources, in no particular order; a thing may stand in several.",
    nonResourceRules: "What may be done to paths that are no resources.",
    incomplete: "True where there are rights that can't be written as rules.",
    evaluationError: "Why the rules are not all there are.",
  }),
  documented(rules.ResourceRule, {
    "": "Verbs, and the resources on which they may be used.",
    verbs: "What may be done: get, list, create; * stands for everything.",
    apiGroups: 'The groups of the resources: "" for the core group, * for every one.',
    resources: "Resources as in URLs: pods, pods/log; * stands for each.",
    resourceNames: "Only objects of these names; all of them where left out.",
  }),
  documented(rules.NonResourceRule, {
    "": "Verbs, and the paths on which they may be used.",
    verbs: "HTTP methods in lower case; * for all of them.",
    nonResourceURLs: "Paths such as /healthz; * may stand for the last step, or alone.",
  }),
];
