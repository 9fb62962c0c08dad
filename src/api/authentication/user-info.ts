import { list, map, object, optional, string } from "#machinery/schema.ts";

export class UserInfo extends object("io.k8s.api.authentication.v1.UserInfo", {
  username: optional(1, string),
  uid: optional(2, string),
  groups: optional(3, list(string)),
  extra: optional(4, map(list(string))),
}) {}
