import { deriveTemplate } from "../../core/pod/defaults.ts";
import type { StatefulSetSpec } from "./spec.ts";

interface Subject {
  readonly spec: StatefulSetSpec;
}

/** Source: SetDefaults_StatefulSet in pkg/apis/apps/v1/defaults.go. */
export function deriveStatefulSet<S extends Subject>(statefulSet: S): S {
  const { spec } = statefulSet;
  const { updateStrategy, template } = spec;
  return {
    ...statefulSet,
    spec: {
      ...spec,
      updateStrategy: updateStrategy.type === undefined ? rolling(updateStrategy) : updateStrategy,
      template: deriveTemplate(template),
    },
  };
}

/** Only who leaves the type out has the rest filled in: kubectl shows `rollingUpdate` of nobody who names the type alone. */
const rolling = ({
  rollingUpdate = { partition: 0, maxUnavailable: 1 },
}: StatefulSetSpec["updateStrategy"]): StatefulSetSpec["updateStrategy"] => ({ type: "RollingUpdate", rollingUpdate });
