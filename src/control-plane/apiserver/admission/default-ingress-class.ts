/**
 * DefaultIngressClass: ingresses that name no class get the one that is marked as default, the newest of several.
 *
 * Source: kubernetes/plugin/pkg/admission/network/defaultingressclass.
 */
import type { Kind } from "../../../api/kinds.js";
import type { ApiObject } from "../../../api/types/meta.js";
import type { Ingress } from "../../../api/types/network.js";
import type { ObjectReader } from "../object-store.js";
import type { AdmissionPlugin, AdmissionRequest, Operation } from "./admission.js";
import { newestDefault } from "./newest-default.js";

const IS_DEFAULT = "ingressclass.kubernetes.io/is-default-class";
/** The annotation of the class's name, older than the field. */
const CLASS_ANNOTATION = "kubernetes.io/ingress.class";

export class DefaultIngressClass implements AdmissionPlugin {
  readonly name = "DefaultIngressClass";

  handles(kind: Kind, operation: Operation): boolean {
    return operation === "CREATE" && kind === "Ingress";
  }

  admit(object: ApiObject, _request: AdmissionRequest, objects: ObjectReader): ApiObject {
    const ingress = object as Ingress;
    const { metadata, spec } = ingress;
    if (spec.ingressClassName !== undefined || metadata.annotations?.[CLASS_ANNOTATION] !== undefined) return ingress;
    const chosen = newestDefault(objects.list("IngressClass"), IS_DEFAULT);
    if (chosen === undefined) return ingress;
    const classed: Ingress = { ...ingress, spec: { ...spec, ingressClassName: chosen.metadata.name } };
    return classed;
  }
}
