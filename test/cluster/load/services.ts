import { callingPod } from "./calls.ts";
import { probed } from "./rollout.ts";

/** `web`, three pods of it, behind further Services; two pods that call, one of them behind a Service of its own. */
export const services = [
  probed("web", 3),
  `
apiVersion: v1
kind: Service
metadata: { name: sticky }
spec: { selector: { app: web }, sessionAffinity: ClientIP, ports: [{ port: 80, targetPort: http }] }
`,
  `
apiVersion: v1
kind: Service
metadata: { name: names }
spec: { clusterIP: None, selector: { app: web }, ports: [{ name: http, port: 8080, targetPort: http }] }
`,
  `
apiVersion: v1
kind: Service
metadata: { name: nobody }
spec: { selector: { app: nobody }, ports: [{ port: 80 }] }
`,
  `
apiVersion: apps/v1
kind: Deployment
metadata: { name: datagrams }
spec:
  replicas: 2
  selector: { matchLabels: { app: datagrams } }
  template:
    metadata: { labels: { app: datagrams } }
    spec: { containers: [{ name: main, image: portolan/echo, args: [--udp, "5300"], ports: [{ containerPort: 5300, protocol: UDP }] }] }
---
apiVersion: v1
kind: Service
metadata: { name: datagrams }
spec: { selector: { app: datagrams }, ports: [{ port: 53, protocol: UDP, targetPort: 5300 }] }
`,
  callingPod("caller"),
  callingPod("self"),
  `
apiVersion: v1
kind: Service
metadata: { name: self }
spec: { selector: { app: self }, ports: [{ port: 80, targetPort: 8080 }] }
`,
].join("---");
