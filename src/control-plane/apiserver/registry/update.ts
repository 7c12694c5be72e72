/**
 * Updates and patches: optimistic concurrency, what clients cannot change, admission, validation, generations.
 *
 * Source: k8s.io/apiserver/pkg/registry/generic/registry/store.go (Update) and k8s.io/apiserver/pkg/registry/rest/update.go.
 */
import type { Kind } from "../../../api/kinds.js";
import { normalizeClusterIPs } from "../../../api/prepare.js";
import type { ApiObject } from "../../../api/types/meta.js";
import type { Service } from "../../../api/types/network.js";
import type { AdmissionRequest } from "../admission/admission.js";
import type { StoreEntry } from "../object-store.js";
import { withAllocatedValues, withoutFieldsOfOldType } from "../services/service-change.js";
import { badRequest, invalid, modifiedConflict, storedUidConflict, unconditionalUpdate } from "../status-errors.js";
import { isFinished } from "./graceful-deletion.js";
import { prepareForUpdate } from "./prepare-update.js";
import { type RegistryContext, wholeSeconds } from "./registry-context.js";
import { sameContent } from "./same-content.js";
import { type WithStatus, withServerFields } from "./server-fields.js";
import { storedByName } from "./stored-target.js";
import { changedBeyondMetadata, countsGenerations, needsResourceVersion } from "./strategy.js";

/** The part of an object that a write is about. */
export type WrittenPart = "" | "status";

/** @throws ApiStatusError 404, 409 Conflict or 422 */
export function updateObject(context: RegistryContext, object: ApiObject, part: WrittenPart, user: string): ApiObject {
  const kind = object.kind as Kind;
  const { name, namespace, resourceVersion, uid } = object.metadata;
  const entry = storedByName(context.store, { kind, name, ...(namespace !== undefined && { namespace }) });
  const stored = entry.object;
  if (uid !== undefined && uid !== stored.metadata.uid) throw storedUidConflict(stored, uid);
  const isUnconditional = resourceVersion === undefined || resourceVersion === "";
  if (isUnconditional && needsResourceVersion(kind)) throw unconditionalUpdate(kind, name);
  if (!isUnconditional && resourceVersion !== stored.metadata.resourceVersion) throw modifiedConflict(kind, name);
  return storeChange(context, entry, object, part, user);
}

/**
 * What a patch has made of the stored object; where it names a version, that has to be the stored one.
 *
 * @throws ApiStatusError 400, 403, 409 Conflict or 422
 */
export function storePatched(context: RegistryContext, entry: StoreEntry, asked: ApiObject, part: WrittenPart, user: string): ApiObject {
  const { kind, metadata } = entry.object;
  const { resourceVersion = "" } = asked.metadata;
  if (resourceVersion !== "" && resourceVersion !== metadata.resourceVersion) throw modifiedConflict(kind as Kind, metadata.name);
  return storeChange(context, entry, asked, part, user);
}

/**
 * Stores what an update or patch asks for; nothing happens where it asks for what is there.
 *
 * @throws ApiStatusError 400, 403 or 422
 */
export function storeChange(context: RegistryContext, entry: StoreEntry, asked: ApiObject, part: WrittenPart, user: string): ApiObject {
  const stored = entry.object as WithStatus;
  if (asked === stored) return stored;
  const { name, namespace } = stored.metadata;
  if (asked.metadata.name !== name)
    throw badRequest(`the name of the object (${asked.metadata.name}) does not match the name on the URL (${name})`);
  const { namespace: place = "" } = asked.metadata;
  if (place !== "" && namespace !== undefined && place !== namespace)
    throw badRequest(`the namespace of the object (${place}) does not match the namespace on the request (${namespace})`);
  return part === "status" ? storeStatus(context, entry, asked) : storeObject(context, entry, asked, user);
}

function storeStatus({ rules, writer }: RegistryContext, entry: StoreEntry, asked: ApiObject): ApiObject {
  const stored = entry.object as WithStatus;
  const kind = stored.kind as Kind;
  const { status } = asked as WithStatus;
  // A Deployment's status carries its annotations along, upstream as well: its revision is written so.
  const { annotations } = asked.metadata;
  const annotated = kind === "Deployment" && !sameContent(annotations, stored.metadata.annotations);
  if (!annotated && sameContent(status, stored.status)) return stored;
  const metadata = annotated && annotations !== undefined ? { ...stored.metadata, annotations } : stored.metadata;
  const next = { ...stored, metadata, status } as ApiObject;
  const causes = rules.validateStatus(next);
  if (causes.length > 0) throw invalid(kind, stored.metadata.name, causes);
  return writer.replaced(kind, entry, next);
}

function storeObject(context: RegistryContext, entry: StoreEntry, asked: ApiObject, user: string): ApiObject {
  const { rules, admission, store, writer } = context;
  const stored = entry.object as WithStatus;
  const kind = stored.kind as Kind;
  let next = rules.applyDefaults(withServerFields(kind, asked, stored));
  const request: AdmissionRequest = {
    operation: "UPDATE",
    kind,
    user,
    object: next,
    previous: stored,
    now: wholeSeconds(context),
    writeStatus: writer.writeStatus,
  };
  if (admission.handles(kind, "UPDATE")) next = admission.admit(request, store);
  next = prepareForUpdate(next, stored);
  const generationMoves = countsGenerations(kind) && changedBeyondMetadata(stored, next, sameContent);
  if (
    !generationMoves &&
    sameContent({ ...next, metadata: undefined }, { ...stored, metadata: undefined }) &&
    sameContent(next.metadata, stored.metadata)
  ) {
    return stored;
  }
  return kind === "Service"
    ? storeService(context, entry, next as Service, request, generationMoves)
    : storeValid(context, entry, next, request, generationMoves);
}

function storeService(
  context: RegistryContext,
  entry: StoreEntry,
  asked: Service,
  request: AdmissionRequest,
  generationMoves: boolean,
): ApiObject {
  const { services, writer } = context;
  const stored = entry.object as Service;
  const { service, revert } = services.allocate(normalizeClusterIPs(withAllocatedValues(asked, stored), stored), stored);
  try {
    const written = storeValid(context, entry, withoutFieldsOfOldType(service, stored), request, generationMoves);
    if (writer.isRehearsal) revert();
    else services.release(stored, written as Service);
    return written;
  } catch (error) {
    revert();
    throw error;
  }
}

function storeValid(
  { rules, admission, store, writer }: RegistryContext,
  entry: StoreEntry,
  asked: ApiObject,
  request: AdmissionRequest,
  generationMoves: boolean,
): ApiObject {
  const { kind } = request;
  const stored = entry.object;
  const causes = rules.validateUpdate(asked, stored);
  if (causes.length > 0) throw invalid(kind, asked.metadata.name, causes);
  if (admission.handles(kind, "UPDATE")) admission.validate(asked, request, store);
  const next = generationMoves ? { ...asked, metadata: { ...asked.metadata, generation: (stored.metadata.generation ?? 0) + 1 } } : asked;
  return isFinished(kind, stored, next) ? writer.removed(kind, entry, next) : writer.replaced(kind, entry, next);
}
