/**
 * Creates objects: name and identity, admission, validation, and a service's addresses.
 *
 * Source: k8s.io/apiserver/pkg/registry/generic/registry/store.go (Create) and k8s.io/apiserver/pkg/endpoints/handlers/create.go.
 */
import type { Kind } from "../../../api/kinds.js";
import { normalizeClusterIPs } from "../../../api/prepare.js";
import type { ApiObject, ObjectMeta } from "../../../api/types/meta.js";
import type { Service } from "../../../api/types/network.js";
import { type AdmissionRequest, admittedName, RefusedSpec } from "../admission/admission.js";
import type { ApiStatus } from "../client.js";
import { alreadyExists, ApiStatusError, type FieldCause, forbidden, invalid } from "../status-errors.js";
import { type RegistryContext, wholeSeconds } from "./registry-context.js";
import { placed } from "./stored-target.js";
import { countsGenerations } from "./strategy.js";

/** Attempts at a free generated name. Source: k8s.io/apiserver/pkg/endpoints/handlers/create.go maxNameGenerationCreateAttempts. */
const NAME_ATTEMPTS = 8;

/** Etcd gives versions; whoever names one means an object that is there. Source: k8s.io/apiserver/pkg/storage ErrResourceVersionSetOnCreate. */
const VERSION_OF_NEW: ApiStatus = { code: 500, reason: "", message: "resourceVersion should not be set on objects to be created" };

/** @throws ApiStatusError 400, 403, 404, 409 AlreadyExists, 422 or 500 */
export function createObject(context: RegistryContext, submitted: ApiObject, user: string): ApiObject {
  const { store, rules, admission, identities, writer } = context;
  const kind = submitted.kind as Kind;
  const now = wholeSeconds(context);
  const object = rules.applyDefaults(placed(submitted, kind));
  const request: AdmissionRequest = { operation: "CREATE", kind, user, object, now, writeStatus: writer.writeStatus };
  const uid = identities.uid();
  // A name is generated only for what admission lets through.
  const admitted = named(
    context,
    refusedAs(kind, admittedName(object), () => admission.admit(request, store)),
    kind,
  );
  const prepared = rules.applyDefaults(rules.prepareForCreate(admitted, { uid, now }));
  return kind === "Service"
    ? createService(context, prepared as Service, request, uid)
    : createValid(context, prepared, rules.validateCreate(prepared), request, uid);
}

/** Addresses and ports are taken before anything else is looked at, and given back where the service is refused. */
function createService(context: RegistryContext, prepared: Service, request: AdmissionRequest, uid: string): ApiObject {
  const { rules, services, writer } = context;
  const { service, revert } = services.allocate(normalizeClusterIPs(prepared));
  try {
    const created = createValid(context, service, rules.validateCreate(service), request, uid);
    if (writer.isRehearsal) revert();
    return created;
  } catch (error) {
    revert();
    throw error;
  }
}

function createValid(
  { store, admission, writer }: RegistryContext,
  object: ApiObject,
  causes: readonly FieldCause[],
  request: AdmissionRequest,
  uid: string,
): ApiObject {
  const { kind, now } = request;
  const { name, namespace } = object.metadata;
  if (causes.length > 0) throw invalid(kind, name ?? "", causes);
  refusedAs(kind, name, () => {
    admission.validate(object, request, store);
  });
  if (!writer.isRehearsal && (object.metadata.resourceVersion ?? "") !== "") throw new ApiStatusError(VERSION_OF_NEW);
  const existing = store.entry(kind, namespace, name);
  if (existing !== undefined) throw alreadyExists(kind, name, existing.object.metadata.deletionTimestamp !== undefined);
  if (writer.isRehearsal) return { ...object, metadata: { ...object.metadata, uid, creationTimestamp: now } };
  const revision = store.nextRevision();
  const metadata: ObjectMeta = { ...object.metadata, uid, resourceVersion: String(revision), creationTimestamp: now };
  return writer.added(kind, { ...object, metadata }, revision);
}

/** Stores an object as it is, status and all, as if it had been there before the run: no admission, no latency. */
export function loadObject(context: RegistryContext, object: ApiObject): ApiObject {
  const { store, rules, identities, services, writer } = context;
  const kind = object.kind as Kind;
  const withName = named(context, rules.applyDefaults(placed(object, kind)), kind);
  const loaded = kind === "Service" ? services.allocate(withName as Service).service : withName;
  if (store.entry(kind, loaded.metadata.namespace, loaded.metadata.name) !== undefined) throw alreadyExists(kind, loaded.metadata.name);
  const revision = store.nextRevision();
  const metadata: ObjectMeta = {
    ...(countsGenerations(kind) && { generation: 1 }),
    creationTimestamp: wholeSeconds(context),
    ...loaded.metadata,
    uid: loaded.metadata.uid ?? identities.uid(),
    resourceVersion: String(revision),
  };
  return writer.added(kind, { ...loaded, metadata }, revision);
}

function named({ store, identities }: RegistryContext, object: ApiObject, kind: Kind): ApiObject {
  const { name, generateName, namespace } = object.metadata;
  // That there is neither is said with all else that is wrong.
  if ((name !== undefined && name !== "") || generateName === undefined || generateName === "") return object;
  let generated = "";
  for (let attempt = 0; attempt < NAME_ATTEMPTS; attempt++) {
    generated = identities.generatedName(generateName);
    if (store.entry(kind, namespace, generated) === undefined) break;
  }
  return { ...object, metadata: { ...object.metadata, name: generated } };
}

/** Does what admission does; what it refuses about a spec is said of the object of that name. */
function refusedAs<T>(kind: Kind, name: string, admit: () => T): T {
  try {
    return admit();
  } catch (error) {
    if (error instanceof RefusedSpec) throw forbidden(kind, name, error.message);
    throw error;
  }
}
