import {
  type FieldProblem,
  forbiddenField,
  invalidField,
  requiredField,
  unsupportedField,
} from "#machinery/field-problem.ts";
import { httpHeaderNameTrouble } from "#machinery/rules/names.ts";
import { negativeProblems } from "#machinery/rules/numbers.ts";
import { portNumberProblems, portProblems } from "#machinery/rules/ports.ts";
import type { Container } from "../container.ts";
import type { HTTPGetAction, Lifecycle, LifecycleHandler, Probe } from "../probe.ts";

// Source: validateLivenessProbe, validateProbe, validateHandler and validateLifecycle in pkg/apis/core/validation/validation.go.

type Problems = Iterable<FieldProblem>;

export function* probesProblems(path: string, container: Container): Problems {
  const { lifecycle, livenessProbe, readinessProbe, startupProbe } = container;
  if (lifecycle !== undefined) yield* lifecycleProblems(`${path}.lifecycle`, lifecycle);
  yield* vitalProblems(`${path}.livenessProbe`, livenessProbe);
  if (readinessProbe !== undefined) {
    yield* probeProblems(`${path}.readinessProbe`, readinessProbe);
    if (readinessProbe.terminationGracePeriodSeconds !== undefined)
      yield invalidField(
        `${path}.readinessProbe.terminationGracePeriodSeconds`,
        readinessProbe.terminationGracePeriodSeconds,
        "must not be set for readinessProbes",
      );
  }
  yield* vitalProblems(`${path}.startupProbe`, startupProbe);
}

/** A probe whose failure ends the container: one success is as good as many. */
function* vitalProblems(path: string, probe: Probe | undefined): Problems {
  if (probe === undefined) return;
  yield* probeProblems(path, probe);
  const { successThreshold, terminationGracePeriodSeconds: grace } = probe;
  if (successThreshold !== 1) yield invalidField(`${path}.successThreshold`, successThreshold, "must be 1");
  if (grace !== undefined && grace <= 0)
    yield invalidField(`${path}.terminationGracePeriodSeconds`, grace, "must be greater than 0");
}

function* probeProblems(path: string, probe: Probe): Problems {
  yield* handlerProblems(path, probe);
  yield* negativeProblems(`${path}.initialDelaySeconds`, probe.initialDelaySeconds);
  yield* negativeProblems(`${path}.timeoutSeconds`, probe.timeoutSeconds);
  yield* negativeProblems(`${path}.periodSeconds`, probe.periodSeconds);
  yield* negativeProblems(`${path}.successThreshold`, probe.successThreshold);
  yield* negativeProblems(`${path}.failureThreshold`, probe.failureThreshold);
}

function* lifecycleProblems(path: string, { postStart, preStop }: Lifecycle): Problems {
  if (postStart !== undefined) yield* handlerProblems(`${path}.postStart`, postStart);
  if (preStop !== undefined) yield* handlerProblems(`${path}.preStop`, preStop);
}

type Handler = Pick<Probe, "exec" | "httpGet" | "tcpSocket" | "grpc"> & Pick<LifecycleHandler, "sleep">;

function* handlerProblems(path: string, { exec, httpGet, tcpSocket, grpc, sleep }: Handler): Problems {
  const given = Object.entries({ exec, httpGet, tcpSocket, grpc, sleep }).filter(([, one]) => one !== undefined);
  for (const [name] of given.slice(1))
    yield forbiddenField(`${path}.${name}`, "may not specify more than 1 handler type");
  if (exec !== undefined && !exec.command?.length) yield requiredField(`${path}.exec.command`);
  if (httpGet !== undefined) yield* httpGetProblems(`${path}.httpGet`, httpGet);
  if (tcpSocket !== undefined) yield* portProblems(`${path}.tcpSocket.port`, tcpSocket.port);
  if (grpc !== undefined) yield* portNumberProblems(`${path}.grpc.port`, grpc.port);
  if (given.length === 0) yield requiredField(path, "must specify a handler type");
}

const schemes: readonly string[] = ["HTTP", "HTTPS"];
function* httpGetProblems(path: string, { path: asked, port, scheme, httpHeaders = [] }: HTTPGetAction): Problems {
  if (asked === "") yield requiredField(`${path}.path`);
  yield* portProblems(`${path}.port`, port);
  if (!schemes.includes(scheme)) yield unsupportedField(`${path}.scheme`, scheme, schemes);
  for (const { name } of httpHeaders)
    for (const trouble of httpHeaderNameTrouble(name)) yield invalidField(`${path}.httpHeaders`, name, trouble);
}
