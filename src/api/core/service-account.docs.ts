import { type Documented, documented } from "#machinery/openapi/docs.ts";
import { ServiceAccount } from "./service-account.ts";

export const serviceAccountDocs: readonly Documented[] = [
  documented(ServiceAccount, {
    "": "Who pods are towards the API server: system:serviceaccount:NAMESPACE:NAME. Each namespace has one called default.",
    metadata: "The name that pods give as serviceAccountName.",
    secrets:
      "Secrets that its pods may mount, where its annotation kubernetes.io/enforce-mountable-secrets asks for that to be enforced.",
    imagePullSecrets: "Secrets for fetching images, given to each of its pods that names none itself.",
    automountServiceAccountToken:
      "Whether its pods find a token in their file system. A pod's own word counts more; true where both are silent.",
  }),
];
