import {
  defaulted,
  inlined,
  int32,
  int64,
  intOrString,
  list,
  object,
  oneOf,
  optional,
  required,
  string,
} from "#machinery/schema.ts";

export class ExecAction extends object("io.k8s.api.core.v1.ExecAction", {
  command: optional(1, list(string)),
}) {}

export class GRPCAction extends object("io.k8s.api.core.v1.GRPCAction", {
  port: required(1, int32()),
  service: optional(2, string, { zero: "counts" }),
}) {}

export class HTTPHeader extends object("io.k8s.api.core.v1.HTTPHeader", {
  name: required(1, string),
  value: required(2, string),
}) {}

export class HTTPGetAction extends object("io.k8s.api.core.v1.HTTPGetAction", {
  path: defaulted(1, string, "/"),
  port: required(2, intOrString),
  host: optional(3, string),
  scheme: defaulted(4, oneOf("HTTP", "HTTPS"), "HTTP"),
  httpHeaders: optional(5, list(HTTPHeader)),
}) {}

export class SleepAction extends object("io.k8s.api.core.v1.SleepAction", {
  seconds: required(1, int64()),
}) {}

export class TCPSocketAction extends object("io.k8s.api.core.v1.TCPSocketAction", {
  port: required(1, intOrString),
  host: optional(2, string),
}) {}

export class LifecycleHandler extends object("io.k8s.api.core.v1.LifecycleHandler", {
  exec: optional(1, ExecAction),
  httpGet: optional(2, HTTPGetAction),
  tcpSocket: optional(3, TCPSocketAction),
  sleep: optional(4, SleepAction),
}) {}

export class Lifecycle extends object("io.k8s.api.core.v1.Lifecycle", {
  postStart: optional(1, LifecycleHandler),
  preStop: optional(2, LifecycleHandler),
  stopSignal: optional(3, string, { zero: "counts" }),
}) {}

export class Probe extends object("io.k8s.api.core.v1.Probe", {
  ...inlined(1, {
    exec: optional(1, ExecAction),
    grpc: optional(4, GRPCAction),
    httpGet: optional(2, HTTPGetAction),
    tcpSocket: optional(3, TCPSocketAction),
  }),
  initialDelaySeconds: optional(2, int32()),
  timeoutSeconds: defaulted(3, int32(), 1),
  periodSeconds: defaulted(4, int32(), 10),
  successThreshold: defaulted(5, int32(), 1),
  failureThreshold: defaulted(6, int32(), 3),
  terminationGracePeriodSeconds: optional(7, int64(), { zero: "counts" }),
}) {}
