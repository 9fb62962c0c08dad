import { nodeInPod } from "./calls.ts";

const spec = (more: readonly string[]): string =>
  [
    ...more,
    "terminationGracePeriodSeconds: 1",
    `volumes: [{ name: programs, hostPath: { path: ${import.meta.dirname} } }]`,
    "containers:",
    "- name: main",
    "  image: portolan/echo",
    `  command: [${nodeInPod}, --disable-warning=ExperimentalWarning, /programs/far-end.ts]`,
    "  ports: [{ name: far, containerPort: 9000 }]",
    '  readinessProbe: { exec: { command: [grep, -q, ":2328 00000000:0000 0A", /proc/net/tcp] }, periodSeconds: 1 }',
    "  volumeMounts: [{ name: programs, mountPath: /programs, readOnly: true }]",
  ].join("\n");

const indented = (text: string, by: number): string => text.replaceAll(/^/gm, " ".repeat(by));

/** A pod that runs `far-end.ts`. */
export const farPod = (name: string, ...more: readonly string[]): string => `
apiVersion: v1
kind: Pod
metadata: { name: ${name} }
spec:
${indented(spec(more), 2)}
`;

/** A pod `far-alone`, one on the node's network, `far-host`, and a Deployment `far` with its Service. */
export const farEnd = [
  farPod("far-alone"),
  farPod("far-host", "hostNetwork: true"),
  `
apiVersion: apps/v1
kind: Deployment
metadata: { name: far }
spec:
  selector: { matchLabels: { app: far } }
  template:
    metadata: { labels: { app: far } }
    spec:
${indented(spec([]), 6)}
`,
  `
apiVersion: v1
kind: Service
metadata: { name: far }
spec: { selector: { app: far }, ports: [{ port: 80, targetPort: far }] }
`,
].join("---");
