/**
 * Admission control: plugins that see a request after it was authorised and before it is stored; they change or refuse it.
 *
 * Source: https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/
 */
import type { Kind } from "../../../api/kinds.js";
import type { ApiObject, Timestamp } from "../../../api/types/meta.js";
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
}

export interface AdmissionPlugin {
  /** Upstream's name of the plugin. */
  readonly name: string;
  /** Whether the plugin looks at such requests; asked once for each kind and operation. */
  handles(kind: Kind, operation: Operation): boolean;
  /** The object as the plugin wants it stored. @throws ApiStatusError where it refuses */
  admit?(object: ApiObject, request: AdmissionRequest, objects: ObjectReader): ApiObject;
  /** Runs after all plugins have admitted and the object is valid. @throws ApiStatusError where it refuses */
  validate?(object: ApiObject, request: AdmissionRequest, objects: ObjectReader): void;
}

/** The plugins in upstream's order: all mutating parts run before all validating ones. */
export class AdmissionChain {
  private readonly mutating = new Map<string, readonly AdmissionPlugin[]>();
  private readonly validating = new Map<string, readonly AdmissionPlugin[]>();

  constructor(private readonly plugins: readonly AdmissionPlugin[]) {}

  admit(request: AdmissionRequest, objects: ObjectReader): ApiObject {
    let { object } = request;
    for (const plugin of this.concerned(this.mutating, request, "admit")) object = plugin.admit!(object, request, objects);
    return object;
  }

  validate(object: ApiObject, request: AdmissionRequest, objects: ObjectReader): void {
    for (const plugin of this.concerned(this.validating, request, "validate")) plugin.validate!(object, request, objects);
  }

  handles(kind: Kind, operation: Operation): boolean {
    return this.plugins.some((plugin) => plugin.handles(kind, operation));
  }

  private concerned(cache: Map<string, readonly AdmissionPlugin[]>, { kind, operation }: AdmissionRequest, part: "admit" | "validate") {
    const key = `${operation} ${kind}`;
    let concerned = cache.get(key);
    if (concerned === undefined) {
      concerned = this.plugins.filter((plugin) => plugin[part] !== undefined && plugin.handles(kind, operation));
      cache.set(key, concerned);
    }
    return concerned;
  }
}
