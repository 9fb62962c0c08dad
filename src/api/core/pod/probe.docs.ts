import { type Documented, documented } from "#machinery/openapi/docs.ts";
import * as probe from "./probe.ts";

const port = "The port: its number, or the name that the container gives it.";
const host = "The host that is dialled; the pod's own address where left out.";

export const probeDocs: readonly Documented[] = [
  documented(probe.Probe, {
    "": "A question that is asked of a container again and again. It has exactly one of exec, httpGet, tcpSocket and grpc.",
    exec: "A command that is run in the container; exit code 0 is a success.",
    httpGet: "A request to the container; a status from 200 to 399 is a success.",
    tcpSocket: "A connection to the container; that it opens is a success.",
    grpc: "A call of gRPC's own health service; SERVING is a success.",
    initialDelaySeconds: "How long after the container's start the first question waits, in seconds; 0 where left out.",
    periodSeconds: "How often it is asked, in seconds from one question to the next; 10 where left out.",
    timeoutSeconds: "How long an answer may take, in seconds, before it counts as a failure; 1 where left out.",
    successThreshold:
      "How many successes in a row after a failure count as one. 1 where left out, and always for liveness and startup.",
    failureThreshold: "How many failures in a row count as one; 3 where left out.",
    terminationGracePeriodSeconds:
      "How long the container has to end, in seconds, when this probe failed; the pod's own time where left out. Not for readiness.",
  }),
  documented(probe.ExecAction, {
    "": "A command that is run inside a container.",
    command: "The program and its arguments, one by one: no shell reads them. It begins in / .",
  }),
  documented(probe.GRPCAction, {
    "": "A call of grpc.health.v1.Health/Check at the pod's address.",
    port: "The number of the port that is called; names won't do.",
    service: "Which service's health is asked for; that of the whole server where left out.",
  }),
  documented(probe.HTTPGetAction, {
    "": "A GET request by HTTP.",
    path: "The path that is asked for, with its query; / where left out.",
    port,
    host: "The host that is dialled; the pod's own address where left out. A Host header of httpHeaders is what is asked for there.",
    scheme: "HTTP, also where left out, or HTTPS. Certificates are not checked.",
    httpHeaders: "Header lines that are sent; the same name may come twice.",
  }),
  documented(probe.HTTPHeader, {
    "": "A header line of a request.",
    name: "The header's name, as in X-Probe; case doesn't matter.",
    value: "What the line says after the colon.",
  }),
  documented(probe.TCPSocketAction, {
    "": "A TCP connection that is opened and closed again.",
    port,
    host,
  }),
  documented(probe.Lifecycle, {
    "": "What is done at a container's start and end.",
    postStart:
      "Done right after its start, beside its first program. Until it has ended the container doesn't count as running; where it fails, the container is ended.",
    preStop: "Done before the signal that ends it; its time counts as part of the grace period.",
    stopSignal:
      "The signal that asks it to end, as in SIGUSR1; the image's, or else SIGTERM, where left out. Needs the pod's spec.os.name.",
  }),
  documented(probe.LifecycleHandler, {
    "": "What is done: exactly one of these.",
    exec: "A command that is run in the container.",
    httpGet: "A request to the container; what it answers doesn't matter, but that it does.",
    tcpSocket: "Nothing does this any more; it is kept for old manifests.",
    sleep: "The node waits a while, without the container's doing anything.",
  }),
  documented(probe.SleepAction, {
    "": "A pause before a container's end.",
    seconds: "How long, in seconds; at most the pod's grace period.",
  }),
];
