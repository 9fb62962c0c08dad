import { type Documented, documented } from "#machinery/openapi/docs.ts";
import * as env from "./env.ts";

const configMap = "Which ConfigMap of the pod's namespace.";
const secret = "Which Secret of the pod's namespace.";
const optionalSource = "True: the container starts without it where it is missing. False where left out: it waits.";
const optionalKey =
  "True: where it is missing, the container starts without this variable. False where left out: it waits.";

export const envDocs: readonly Documented[] = [
  documented(env.EnvVar, {
    "": "A variable of a container.",
    name: "What the program knows it by, in printable characters other than =.",
    value: "Its value, empty where left out. $(NAME) stands for a variable told before, $$ for a dollar sign.",
    valueFrom: "Where its value comes from; only where value is left out.",
  }),
  documented(env.EnvVarSource, {
    "": "Where the value of a variable comes from: exactly one of these. It is read when the container starts, not again.",
    fieldRef: "A field of the pod: metadata.name, metadata.labels['app'], spec.nodeName, status.podIP, …",
    resourceFieldRef: "What a container asks for or may have at most, as in limits.cpu.",
    configMapKeyRef: "An entry of a ConfigMap of the pod's namespace.",
    secretKeyRef: "An entry of a Secret of the pod's namespace.",
    fileKeyRef: "A line KEY=VALUE of a file in an emptyDir, which an init container has written.",
  }),
  documented(env.EnvFromSource, {
    "": "A ConfigMap or a Secret whose entries all become variables.",
    prefix: "What is put before the name of each entry; nothing where left out.",
    configMapRef: "The ConfigMap whose entries become variables.",
    secretRef: "The Secret whose entries become variables.",
  }),
  documented(env.ConfigMapEnvSource, {
    "": "A ConfigMap whose entries become variables; those that can't be names of variables are passed over.",
    name: configMap,
    optional: optionalSource,
  }),
  documented(env.SecretEnvSource, {
    "": "A Secret whose entries become variables; those that can't be names of variables are passed over.",
    name: secret,
    optional: optionalSource,
  }),
  documented(env.ObjectFieldSelector, {
    "": "A field of the pod itself.",
    apiVersion: "The version whose names of fields it uses; v1 where left out.",
    fieldPath: "The field, as in metadata.annotations['note'].",
  }),
  documented(env.ResourceFieldSelector, {
    "": "What a container asks for or may have at most, as a number.",
    containerName: "Which container; for a variable its own where left out, in a volume it must be told.",
    resource: "limits.cpu, requests.memory and so on. The node's allocatable stands in for a limit that isn't there.",
    divisor: "The unit in which it is told, as in 1m or 1Mi, rounded up; 1 where left out: cores, bytes.",
  }),
  documented(env.ConfigMapKeySelector, {
    "": "An entry of a ConfigMap of the same namespace.",
    name: configMap,
    key: "Which entry of its data.",
    optional: optionalKey,
  }),
  documented(env.SecretKeySelector, {
    "": "An entry of a Secret of the same namespace.",
    name: secret,
    key: "Which entry of its data.",
    optional: optionalKey,
  }),
  documented(env.FileKeySelector, {
    "": "A line of a file of variables in one of the pod's volumes.",
    volumeName: "Which volume of the pod; an emptyDir.",
    path: "Where the file is in the volume: a relative path without dots for a parent folder.",
    key: "Which variable of the file.",
    optional: optionalKey,
  }),
];
