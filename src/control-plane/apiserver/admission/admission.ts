/**
 * Admission control: plugins that see a request after it was authorised and before it is stored; they change or refuse it.
 *
 * Source: https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/
 */
import type { Kind } from "../../../api/kinds.js";
import type { ApiObject, Timestamp } from "../../../api/types/meta.js";
import type { Pod, PodSpec } from "../../../api/types/pod.js";
import type { ObjectReader } from "../object-store.js";

export type Operation = "CREATE" | "UPDATE" | "DELETE";

export interface AdmissionRequest {
  readonly operation: Operation;
  readonly kind: Kind;
  readonly user: string;
  /** Of a deletion, the stored object. */
  readonly object: ApiObject;
  readonly previous?: ApiObject;
  /** Whole seconds. */
  readonly now: Timestamp;
  /** Writes the status of another object together with the request. */
  readonly writeStatus: (object: ApiObject) => void;
}

/** What a plugin makes of a pod's spec. */
export interface AdmittedSpec {
  readonly spec: PodSpec;
  /** Annotations that the pod gets as well. */
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface AdmissionPlugin {
  /** Upstream's name of the plugin. */
  readonly name: string;
  /** Whether {@link admit} and {@link validate} look at such requests; asked once for each kind and operation. */
  handles?(kind: Kind, operation: Operation): boolean;
  /** The object as the plugin wants it stored. @throws ApiStatusError where it refuses */
  admit?(object: ApiObject, request: AdmissionRequest, objects: ObjectReader): ApiObject;
  /** Runs after all plugins have admitted and the object is valid. @throws ApiStatusError where it refuses */
  validate?(object: ApiObject, request: AdmissionRequest, objects: ObjectReader): void;
  /**
   * For new pods: a function of the spec, the namespace and the stored objects of {@link dependsOn} alone, so that pods of one
   * template share its outcome. @throws RefusedSpec where it refuses
   */
  admitPodSpec?(spec: PodSpec, namespace: string, objects: ObjectReader): AdmittedSpec;
  /** As {@link admitPodSpec}, after validation. @throws RefusedSpec where it refuses */
  validatePodSpec?(spec: PodSpec, namespace: string, objects: ObjectReader): void;
  readonly dependsOn?: readonly Kind[];
  /** Whether {@link admitPodSpec} and {@link validatePodSpec} are not asked of mirror pods. */
  readonly leavesMirrorPods?: boolean;
  /** For pods that are being bound: the pod as the plugin wants it stored. */
  admitBinding?(pod: Pod, nodeName: string, objects: ObjectReader): Pod;
}

/** A pod is refused for its spec; the text follows `pods "name" is forbidden: `. */
export class RefusedSpec extends Error {
  override readonly name = "RefusedSpec";
}

/** What a refusal before a name is generated calls the object. Source: k8s.io/apiserver/pkg/admission/errors.go extractResourceName. */
export function admittedName({ metadata: { name, generateName } }: ApiObject): string {
  return [name, generateName].find((one) => one !== undefined && one !== "") ?? "Unknown";
}

interface SpecOutcome {
  readonly epoch: number;
  readonly admitted: AdmittedSpec;
  valid: boolean;
}

const EVERY_NAMESPACE = "";
/** Marks the API server's picture of a pod that a kubelet runs from a file. */
const MIRROR_ANNOTATION = "kubernetes.io/config.mirror";

function isMirror({ metadata }: Pod): boolean {
  return metadata.annotations?.[MIRROR_ANNOTATION] !== undefined;
}

/** Mirror pods are treated apart; their key is no name of a namespace. */
function outcomeKey(pod: Pod): string {
  const namespace = pod.metadata.namespace ?? EVERY_NAMESPACE;
  return isMirror(pod) ? `${namespace} (mirror)` : namespace;
}

/** The plugins in upstream's order: all mutating parts run before all validating ones. */
export class AdmissionChain {
  private readonly concerned = new Map<string, readonly AdmissionPlugin[]>();
  private readonly specPlugins: readonly AdmissionPlugin[];
  private readonly mirrorPlugins: readonly AdmissionPlugin[];
  private readonly bindingPlugins: readonly AdmissionPlugin[];
  private readonly specDependencies: ReadonlySet<Kind>;
  private readonly outcomes = new WeakMap<PodSpec, Map<string, SpecOutcome>>();
  /** Counts changes of objects on which the treatment of pod specs depends. */
  private epoch = 0;

  constructor(private readonly plugins: readonly AdmissionPlugin[]) {
    this.specPlugins = plugins.filter((plugin) => plugin.admitPodSpec !== undefined || plugin.validatePodSpec !== undefined);
    this.mirrorPlugins = this.specPlugins.filter((plugin) => plugin.leavesMirrorPods !== true);
    this.bindingPlugins = plugins.filter((plugin) => plugin.admitBinding !== undefined);
    this.specDependencies = new Set(this.specPlugins.flatMap((plugin) => plugin.dependsOn ?? []));
  }

  handles(kind: Kind, operation: Operation): boolean {
    return this.plugins.some((plugin) => plugin.handles?.(kind, operation) === true);
  }

  /** An object was stored or removed. */
  changed(kind: Kind): void {
    if (this.specDependencies.has(kind)) this.epoch++;
  }

  admitBinding(pod: Pod, nodeName: string, objects: ObjectReader): Pod {
    let admitted = pod;
    for (const plugin of this.bindingPlugins) admitted = plugin.admitBinding!(admitted, nodeName, objects);
    return admitted;
  }

  /** @throws ApiStatusError or RefusedSpec */
  admit(request: AdmissionRequest, objects: ObjectReader): ApiObject {
    let { object } = request;
    if (request.kind === "Pod" && request.operation === "CREATE" && this.specPlugins.length > 0)
      object = this.admitPod(object as Pod, objects);
    for (const plugin of this.pluginsFor(request)) object = plugin.admit?.(object, request, objects) ?? object;
    return object;
  }

  /** @throws ApiStatusError or RefusedSpec */
  validate(object: ApiObject, request: AdmissionRequest, objects: ObjectReader): void {
    if (request.kind === "Pod" && request.operation === "CREATE" && this.specPlugins.length > 0)
      this.validatePod(request.object as Pod, object as Pod, objects);
    for (const plugin of this.pluginsFor(request)) plugin.validate?.(object, request, objects);
  }

  private pluginsFor({ kind, operation }: AdmissionRequest): readonly AdmissionPlugin[] {
    const key = `${operation} ${kind}`;
    let plugins = this.concerned.get(key);
    if (plugins === undefined) {
      plugins = this.plugins.filter((plugin) => plugin.handles?.(kind, operation) === true);
      this.concerned.set(key, plugins);
    }
    return plugins;
  }

  private outcome(spec: PodSpec, key: string): SpecOutcome | undefined {
    const outcome = this.outcomes.get(spec)?.get(key);
    return outcome?.epoch === this.epoch ? outcome : undefined;
  }

  private admitPod(pod: Pod, objects: ObjectReader): Pod {
    const { spec, annotations } = (this.outcome(pod.spec, outcomeKey(pod)) ?? this.admitSpec(pod, objects)).admitted;
    if (spec === pod.spec && annotations === undefined) return pod;
    if (annotations === undefined) return { ...pod, spec };
    return { ...pod, spec, metadata: { ...pod.metadata, annotations: { ...pod.metadata.annotations, ...annotations } } };
  }

  private admitSpec(pod: Pod, objects: ObjectReader): SpecOutcome {
    const { spec: submitted, metadata } = pod;
    const namespace = metadata.namespace ?? EVERY_NAMESPACE;
    let spec = submitted;
    let annotations: Readonly<Record<string, string>> | undefined;
    for (const plugin of isMirror(pod) ? this.mirrorPlugins : this.specPlugins) {
      const admitted = plugin.admitPodSpec?.(spec, namespace, objects);
      if (admitted === undefined) continue;
      spec = admitted.spec;
      if (admitted.annotations !== undefined) annotations = { ...annotations, ...admitted.annotations };
    }
    const outcome: SpecOutcome = { epoch: this.epoch, admitted: { spec, ...(annotations !== undefined && { annotations }) }, valid: false };
    let byNamespace = this.outcomes.get(submitted);
    if (byNamespace === undefined) this.outcomes.set(submitted, (byNamespace = new Map<string, SpecOutcome>()));
    byNamespace.set(outcomeKey(pod), outcome);
    return outcome;
  }

  private validatePod(submitted: Pod, pod: Pod, objects: ObjectReader): void {
    const namespace = pod.metadata.namespace ?? EVERY_NAMESPACE;
    const outcome = this.outcome(submitted.spec, outcomeKey(submitted));
    if (outcome?.valid === true && outcome.admitted.spec === pod.spec) return;
    for (const plugin of isMirror(pod) ? this.mirrorPlugins : this.specPlugins) plugin.validatePodSpec?.(pod.spec, namespace, objects);
    if (outcome?.admitted.spec === pod.spec) outcome.valid = true;
  }
}
