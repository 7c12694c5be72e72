/**
 * Creation and deletion of pods on behalf of a controller, with the events that tell of it.
 *
 * Source: kubernetes pkg/controller/controller_utils.go (RealPodControl).
 */
import type { ApiObject, ObjectReference, OwnerReference, Pod, PodTemplateSpec } from "../../api/types/index.js";
import { targetOf } from "../apiserver/client.js";
import type { ApiCalls } from "./api-calls.js";
import { controllerReference } from "./owner-references.js";
import { ApiError, type Task } from "./task.js";

/** What an event says about: the object without its content. */
export function referenceTo(object: ApiObject): ObjectReference {
  const { namespace, name, uid } = object.metadata;
  return {
    kind: object.kind,
    apiVersion: object.apiVersion,
    ...(namespace !== undefined && { namespace }),
    name,
    ...(uid !== undefined && { uid }),
  };
}

/** Whether a creation failed because the namespace is being deleted, which trying again does not help. */
export function namespaceIsTerminating(error: ApiError): boolean {
  return error.status.causes?.some((cause) => cause.type === "NamespaceTerminating") === true;
}

export class PodControl {
  private readonly ownerReferences = new Map<string, readonly OwnerReference[]>();

  /** @param created is told of each pod that was created, as the API server answered it */
  constructor(
    private readonly calls: ApiCalls,
    private readonly created?: (pod: Pod, owner: ApiObject) => void,
  ) {}

  /** The pod that a template makes for an owner; all pods of one template share its spec, labels and annotations. */
  podFromTemplate(template: PodTemplateSpec, owner: ApiObject): Pod {
    const { labels, annotations, finalizers } = template.metadata ?? {};
    return {
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        name: "",
        generateName: `${owner.metadata.name}-`,
        namespace: owner.metadata.namespace,
        ...(labels !== undefined && { labels }),
        ...(annotations !== undefined && { annotations }),
        ...(finalizers !== undefined && { finalizers }),
        ownerReferences: this.ownedBy(owner),
      },
      spec: template.spec,
    };
  }

  /** Creates a pod of a template for the owner. @throws ApiError where it was refused, after the event FailedCreate */
  createFromTemplate(template: PodTemplateSpec, owner: ApiObject): Task<Pod> {
    return this.create(this.podFromTemplate(template, owner), owner);
  }

  /** Creates a pod for the owner. @throws ApiError where it was refused, after the event FailedCreate */
  *create(pod: Pod, owner: ApiObject): Task<Pod> {
    try {
      const created = yield* this.calls.create<"Pod">(pod);
      this.created?.(created, owner);
      this.calls.recordEvent(referenceTo(owner), "Normal", "SuccessfulCreate", `Created pod: ${created.metadata.name}`);
      return created;
    } catch (error) {
      if (error instanceof ApiError && !namespaceIsTerminating(error)) {
        this.calls.recordEvent(referenceTo(owner), "Warning", "FailedCreate", `Error creating: ${error.message}`);
      }
      throw error;
    }
  }

  /** Deletes a pod for the owner; that it is gone already is no error. @throws ApiError where it was refused */
  *delete(pod: Pod, owner: ApiObject): Task<void> {
    try {
      yield* this.calls.delete<"Pod">(targetOf<"Pod">(pod));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status.reason !== "NotFound") {
        this.calls.recordEvent(referenceTo(owner), "Warning", "FailedDelete", `Error deleting: ${error.message}`);
      }
      throw error;
    }
    this.calls.recordEvent(referenceTo(owner), "Normal", "SuccessfulDelete", `Deleted pod: ${pod.metadata.name}`);
  }

  private ownedBy(owner: ApiObject): readonly OwnerReference[] {
    let references = this.ownerReferences.get(owner.metadata.uid!);
    if (references === undefined) {
      references = [controllerReference(owner)];
      this.ownerReferences.set(owner.metadata.uid!, references);
    }
    return references;
  }
}
