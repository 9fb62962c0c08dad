import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { makeMachine } from "../harness/machine.ts";
import { asRoot } from "./as-root.ts";
import { exposed, scripted } from "./manifests.ts";

const range = `
apiVersion: networking.k8s.io/v1
kind: ServiceCIDR
metadata: { name: more }
spec: { cidrs: [10.200.0.0/24] }
`;
const service = `
apiVersion: v1
kind: Service
metadata: { name: asked }
spec: { clusterIP: 10.200.0.77, selector: { app: web }, ports: [{ port: 80, targetPort: 8080 }] }
`;

describe("a range of Service addresses that is added", asRoot, () => {
  for (const mode of ["nftables", "iptables"])
    test(`in ${mode} mode its addresses answer, and lead nowhere where nobody has them`, async (t) => {
      await using machine = await makeMachine();
      const write = (name: string, text: string): string => {
        const file = `${machine.dataDir}-${name}.yaml`;
        writeFileSync(file, text);
        t.after(() => rmSync(file));
        return file;
      };
      await machine.portolan("up", "-d", "--proxy-mode", mode, "-f", write("web", exposed("web", 30_087, 1)));
      await machine.kubectl(
        "apply",
        "-f",
        write("range", range),
        "-f",
        write("caller", scripted("caller", "sleep 1000")),
      );
      await machine.kubectl("wait", "--for=condition=Ready", "servicecidr/more", "pod/caller", "--timeout=30s");
      await machine.kubectl("apply", "-f", write("asked", service));
      const seen = async (...argv: readonly string[]): Promise<boolean> =>
        (await machine.run(...argv, "curl", "-sS", "-m", "2", "http://10.200.0.77/")).stdout.startsWith(
          "You've hit web-",
        );
      const inPod = [machine.kubectlPath, "--kubeconfig", machine.kubeconfig, "exec", "caller", "--"];
      await eventually("the machine reaches it", () => seen("env"), { seconds: 20 });
      await eventually("a pod reaches it", () => seen(...inPod), { seconds: 20 });
      assert.match((await machine.run("ip", "route", "get", "10.200.0.78")).stdout, /dev ptl/);
      await machine.kubectl("delete", "service", "asked");
      await machine.kubectl("delete", "servicecidr", "more", "--timeout=30s");
      const isFree = async (): Promise<boolean> =>
        !/dev ptl/.test((await machine.run("ip", "route", "get", "10.200.0.78")).stdout);
      await eventually("its route is gone", isFree, { seconds: 20 });
    });
});
