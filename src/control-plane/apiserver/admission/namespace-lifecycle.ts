/**
 * NamespaceLifecycle: nothing is created in a namespace that is missing or being deleted, and the first namespaces cannot be deleted.
 *
 * Source: k8s.io/apiserver/pkg/admission/plugin/namespace/lifecycle.
 */
import { kindInfo, type Kind } from "../../../api/kinds.js";
import type { ApiObject } from "../../../api/types/meta.js";
import type { ObjectReader } from "../object-store.js";
import { ApiStatusError, forbidden, notFound } from "../status-errors.js";
import { type AdmissionPlugin, type AdmissionRequest, admittedName, type Operation } from "./admission.js";

/** Source: cmd/kube-apiserver's choice of immortal namespaces. */
const IMMORTAL: ReadonlySet<string> = new Set(["default", "kube-system", "kube-public"]);

export class NamespaceLifecycle implements AdmissionPlugin {
  readonly name = "NamespaceLifecycle";

  handles(kind: Kind, operation: Operation): boolean {
    return operation === "DELETE" ? kind === "Namespace" : operation === "CREATE" && kindInfo(kind)?.namespaced === true;
  }

  admit(object: ApiObject, { kind }: AdmissionRequest, objects: ObjectReader): ApiObject {
    const name = object.metadata.namespace ?? "";
    const namespace = objects.get("Namespace", undefined, name);
    if (namespace === undefined) throw notFound("Namespace", name);
    if (namespace.status?.phase !== "Terminating") return object;
    const { status } = forbidden(
      kind,
      admittedName(object),
      `unable to create new content in namespace ${name} because it is being terminated`,
    );
    throw new ApiStatusError({
      ...status,
      causes: [{ type: "NamespaceTerminating", field: "metadata.namespace", message: `namespace ${name} is being terminated` }],
    });
  }

  validate(object: ApiObject, { kind, operation }: AdmissionRequest): void {
    if (operation === "DELETE" && kind === "Namespace" && IMMORTAL.has(object.metadata.name)) {
      throw forbidden(kind, object.metadata.name, "this namespace may not be deleted");
    }
  }
}
