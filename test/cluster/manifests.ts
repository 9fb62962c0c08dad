/** A Deployment of the built-in image and a Service of type NodePort before it, both with that name. */
export const exposed = (name: string, nodePort: number, replicas = 2): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec: { containers: [{ name: main, image: portolan/echo, ports: [{ containerPort: 8080 }] }] }
---
apiVersion: v1
kind: Service
metadata: { name: ${name} }
spec:
  type: NodePort
  selector: { app: ${name} }
  ports: [{ port: 80, targetPort: 8080, nodePort: ${nodePort} }]
`;

/** A pod that is a shell's script, and is not started again when that ends. */
export const scripted = (name: string, script: string, restartPolicy = "Never"): string => `
apiVersion: v1
kind: Pod
metadata: { name: ${name} }
spec:
  restartPolicy: ${restartPolicy}
  containers: [{ name: main, image: busybox, command: [sh, -c, ${JSON.stringify(script)}] }]
`;
