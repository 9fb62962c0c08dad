import { type Documented, documented } from "#machinery/openapi/docs.ts";
import * as parts from "./ingress/spec.ts";
import * as old from "./ingress/v1beta1.ts";
import { Ingress } from "./ingress.ts";
import * as ofClass from "./ingress-class/spec.ts";
import { IngressClassV1beta1 } from "./ingress-class/v1beta1.ts";
import { IngressClass } from "./ingress-class.ts";

const ingress = {
  "": "Leads HTTP requests from outside to Services, by the host and the path that they ask for.",
  metadata: "Its annotations are where controllers look for settings of their own.",
  spec: "Which hosts and paths lead to which Services, with which certificates.",
  status: "Where requests for it are taken. Written by its controller.",
};
const spec = {
  "": "Which requests go where.",
  ingressClassName:
    "The IngressClass whose controller serves it. Left out, the cluster's default class takes its place when it is made.",
  rules: "Hosts, and what is behind their paths.",
  tls: "Certificates for the hosts. With any of them it is answered at port 443 too.",
};
const leftOver = "Who gets the requests that no rule fits. Without rules it gets all of them.";
const rule = {
  "": "What is behind the paths of one host.",
  host: "A DNS name, or one whose first label is * for any label there. Left out, the rule is about every host.",
  http: "The paths of that host, and what is behind each.",
};
const paths = {
  "": "The paths of one host.",
  paths: "Of those that fit a request the longest counts, and of equally long ones an Exact one.",
};
const path = {
  "": "Who gets the requests for one path.",
  path: "The path in a request, from its first slash on; all paths where left out.",
  pathType:
    "Exact: this very path. Prefix: this path and all below it, label by label between slashes. ImplementationSpecific: as the controller takes it.",
  backend: "The Service, or other object, that gets such requests.",
};
const backend = "Who gets requests: a Service, or an object that the controller understands; never both.";
const resource = "An object of the same namespace, such as a bucket of files.";
const ingressClass = {
  "": "A kind of Ingresses: all that name it are served by one controller, with the same settings.",
  metadata:
    'Name, labels, annotations. With the annotation ingressclass.kubernetes.io/is-default-class: "true" it is the class of new Ingresses that name none.',
  spec: "Who serves them, and how.",
};

export const ingressDocs: readonly Documented[] = [
  documented(Ingress, ingress),
  documented(old.IngressV1beta1, ingress),
  documented(old.ExtensionsIngress, ingress),
  documented(parts.IngressSpec, { ...spec, defaultBackend: leftOver }),
  documented(old.IngressSpecV1beta1, { ...spec, backend: leftOver }),
  documented(parts.IngressRule, rule),
  documented(old.IngressRuleV1beta1, rule),
  documented(parts.HTTPIngressRuleValue, paths),
  documented(old.HTTPIngressRuleValueV1beta1, paths),
  documented(parts.HTTPIngressPath, path),
  documented(old.HTTPIngressPathV1beta1, path),
  documented(old.IngressBackendV1beta1, {
    "": backend,
    serviceName: "A Service of the same namespace.",
    servicePort: "One of its ports, by name or by number.",
    resource,
  }),
  documented(parts.IngressBackend, {
    "": backend,
    service: "A Service of the same namespace.",
    resource,
  }),
  documented(parts.IngressServiceBackend, {
    "": "A port of a Service.",
    name: "The name of the Service.",
    port: "One of its ports, by name or by number.",
  }),
  documented(parts.ServiceBackendPort, {
    "": "A port of a Service, by name or by number; never both.",
    name: "What the Service calls it.",
    number: "Its number at the Service, which needn't be that of the pods.",
  }),
  documented(parts.IngressTLS, {
    "": "A certificate, and the hosts that it is for.",
    hosts: "The hosts. Left out, it is for those that the certificate names.",
    secretName: "The Secret of type kubernetes.io/tls that holds it. Left out, the controller has one of its own.",
  }),
  documented(parts.IngressStatus, {
    "": "Where an Ingress is answered.",
    loadBalancer: "The load balancer that takes its requests.",
  }),
  documented(parts.IngressLoadBalancerStatus, {
    "": "Where an Ingress is answered.",
    ingress: "The addresses, each of which will do.",
  }),
  documented(parts.IngressLoadBalancerIngress, {
    "": "One place where an Ingress is answered.",
    ip: "The address, IPv4 or IPv6; left out where there is only a name.",
    hostname: "A DNS name, where there is no lasting address.",
    ports: "How each of its ports fares.",
  }),
  documented(parts.IngressPortStatus, {
    "": "How one port fares at one address.",
    port: "The number of the port at that address.",
    protocol: "TCP, UDP or SCTP.",
    error: "Why it is not answered, in one word.",
  }),
  documented(IngressClass, ingressClass),
  documented(IngressClassV1beta1, ingressClass),
  documented(ofClass.IngressClassSpec, {
    "": "Who serves the Ingresses of a class, and how.",
    controller: "The name of the controller, as in example.com/ingress. It can't be changed.",
    parameters: "An object that holds the controller's settings for this class.",
  }),
  documented(ofClass.IngressClassParametersReference, {
    "": "Names the object that holds a controller's settings.",
    apiGroup: "Its API group; left out for the core group.",
    kind: "What the object is, as in IngressParameters.",
    name: "What the object is called.",
    scope: "Cluster, also where left out, for objects of the whole cluster; or Namespace.",
    namespace: "Its namespace. Only with scope Namespace, and needed there.",
  }),
];
