/** Objects from the files that -f names. */
import { kindInfo } from "../../api/kinds.js";
import type { ApiObject } from "../../api/types/meta.js";
import { type Arguments, flag, type Flag } from "./flags.js";
import { OBJECT_FILE_FLAGS } from "./selection-flags.js";
import { ServerError } from "./kubectl-error.js";
import { withMetadata } from "./pod-template.js";
import type { Script } from "./script.js";
import { UsageError } from "./usage-error.js";
import type { VerbContext } from "./verb.js";

export const FILE_FLAGS: readonly Flag[] = [
  ...OBJECT_FILE_FLAGS,
  flag("validate", "text", { bare: "strict" }),
  flag("save-config", "boolean"),
];

/** An object and the file that it is from. */
export interface ObjectFromFile {
  readonly object: ApiObject;
  /** Empty: none. */
  readonly file: string;
}

/** The objects of the files that -f names. @throws UsageError where there is none */
export function objectsOf(given: Arguments, context: VerbContext): readonly ObjectFromFile[] {
  const files = given.list("filename");
  if (files.length === 0) throw new UsageError("must specify one of -f and -k", undefined, { hint: "such as -f manifests/web.yaml" });
  return files.flatMap((path) => context.readManifests(path)).map(({ object, file }) => ({ object: inNamespace(object, context), file }));
}

function inNamespace(object: ApiObject, { namespace, isNamespaceGiven }: VerbContext): ApiObject {
  if (kindInfo(object.kind)?.namespaced !== true) return object;
  const own = object.metadata.namespace;
  if (own === undefined) return withMetadata(object, { namespace });
  if (isNamespaceGiven && own !== namespace)
    throw new UsageError(
      `the namespace from the provided object "${own}" does not match the namespace "${namespace}". You must pass '--namespace=${own}' to perform this operation.`,
    );
  return object;
}

/**
 * Runs a request; its refusal names the file that the object is from.
 *
 * @param verb what was being done, or what tells it
 * @throws ServerError
 */
export function* fromFile<T>(verb: string | (() => string), file: string, request: Script<T>): Script<T> {
  try {
    return yield* request;
  } catch (error) {
    throw error instanceof ServerError && file !== "" ? error.during(typeof verb === "string" ? verb : verb(), file) : error;
  }
}
