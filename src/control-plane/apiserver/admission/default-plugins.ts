/** The admission plugins that are on by default and whose effect is simulated, in upstream's order. */
import type { AdmissionPlugin } from "./admission.js";
import { DefaultIngressClass } from "./default-ingress-class.js";
import { DefaultStorageClass } from "./default-storage-class.js";
import { DefaultTolerationSeconds, type DefaultTolerationSecondsOptions } from "./default-toleration-seconds.js";
import { LimitRanger } from "./limit-ranger.js";
import { NamespaceLifecycle } from "./namespace-lifecycle.js";
import { PersistentVolumeClaimResize } from "./persistent-volume-claim-resize.js";
import { PodTopologyLabels } from "./pod-topology-labels.js";
import { Priority } from "./priority.js";
import { ResourceQuota } from "./resource-quota.js";
import { RuntimeClass } from "./runtime-class.js";
import { ServiceAccount, type ServiceAccountOptions } from "./service-account.js";
import { StorageObjectInUseProtection } from "./storage-object-in-use-protection.js";
import { TaintNodesByCondition } from "./taint-nodes-by-condition.js";

export interface DefaultAdmissionOptions {
  readonly tolerationSeconds?: DefaultTolerationSecondsOptions;
  readonly serviceAccount?: ServiceAccountOptions;
  /** Plugins by name that are switched off, as --disable-admission-plugins. */
  readonly disabled?: readonly string[];
}

/** Source of the order: kubernetes/pkg/kubeapiserver/options/plugins.go AllOrderedPlugins. */
export function defaultAdmissionPlugins(options: DefaultAdmissionOptions = {}): AdmissionPlugin[] {
  const plugins: AdmissionPlugin[] = [
    new NamespaceLifecycle(),
    new LimitRanger(),
    new ServiceAccount(options.serviceAccount),
    new TaintNodesByCondition(),
    new Priority(),
    new DefaultTolerationSeconds(options.tolerationSeconds),
    new DefaultStorageClass(),
    new StorageObjectInUseProtection(),
    new PersistentVolumeClaimResize(),
    new RuntimeClass(),
    new DefaultIngressClass(),
    new PodTopologyLabels(),
    new ResourceQuota(),
  ];
  return plugins.filter(({ name }) => options.disabled?.includes(name) !== true);
}
