/** What tests read of nodes. */
import type { Deployment } from "../../../src/api/types/index.js";

export const TOLERATES_30_S = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"].map(
  (key) => ({ key, operator: "Exists", effect: "NoExecute", tolerationSeconds: 30 }) as const,
);

export function tolerant(web: Deployment): Deployment {
  return {
    ...web,
    spec: { ...web.spec, template: { ...web.spec.template, spec: { ...web.spec.template.spec, tolerations: TOLERATES_30_S } } },
  };
}
