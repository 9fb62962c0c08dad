/**
 * Counts the changes of a DaemonSet's template. apps/v1 has no field for it, since `metadata.generation` serves as well;
 * extensions/v1beta1 shows it as `spec.templateGeneration`. Source: DeprecatedTemplateGeneration in k8s.io/api/apps/v1.
 */
export const templateGenerationAnnotation = "deprecated.daemonset.template.generation";
