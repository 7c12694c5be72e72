/** kubectl apply: https://kubernetes.io/docs/reference/kubectl/generated/kubectl_apply/ */
import { isDeepStrictEqual } from "node:util";
import { encode } from "../../api/encode.js";
import { mapJson } from "../../api/go-json.js";
import { kindInfo } from "../../api/kinds.js";
import type { ApiObject } from "../../api/types/meta.js";
import { flag } from "./flags.js";
import { LAST_APPLIED, lastApplied } from "./last-applied.js";
import { FILE_FLAGS, fromFile, type ObjectFromFile, objectsOf } from "./manifests.js";
import { Outcome, OUTCOME_FLAGS } from "./outcome.js";
import { patchText } from "./patch-text.js";
import { withMetadata } from "./pod-template.js";
import { listOf } from "./printers.js";
import { prune, pruningOf, PRUNE_FLAGS } from "./prune.js";
import type { Script } from "./script.js";
import { attempt } from "./selection.js";
import { type AnyObject, displayNameOf, type KubectlSession, targetIn } from "./session.js";
import { mergeThreeWays } from "./strategic-merge.js";
import { UsageError } from "./usage-error.js";
import type { Verb } from "./verb.js";

const NO_FIELD_MANAGERS = "no field managers are kept, so that there is nothing to conflict with; apply without it";

/** What became of an object, and the object then. */
export interface Applied {
  readonly object: ApiObject;
  readonly done: "created" | "configured" | "unchanged";
}

/** Creates the object, or merges what changed in its manifest into what is stored, and prints so. @throws ServerError */
export function* applyOne(session: KubectlSession, manifest: ApiObject): Script<void> {
  const { object, done } = yield* applyObject(session, { object: manifest, file: "" }, false);
  session.print(`${displayNameOf(object)} ${done}`);
}

/**
 * @param isLocal whether nothing is sent
 * @throws ServerError
 */
function* applyObject(session: KubectlSession, { object: manifest, file }: ObjectFromFile, isLocal: boolean): Script<Applied> {
  const { name, namespace } = manifest.metadata;
  const info = kindInfo(manifest.kind)!;
  const noted = withLastApplied(manifest);
  const reading = `retrieving current configuration of:\n${described(manifest)}\nfrom server for:`;
  const current = yield* fromFile(reading, file, session.find(targetIn(info, namespace ?? "", name)));
  if (current === undefined) {
    const created = isLocal ? noted : yield* fromFile("creating", file, session.create(noted));
    return { object: created, done: "created" };
  }
  const merge = (stored: ApiObject) => mergedInto(stored, noted);
  if (isLocal) return { object: merge(current), done: "configured" };
  const what = `${info.resource}/${name}`;
  if (current.metadata.annotations?.[LAST_APPLIED] === undefined) {
    session.warn(
      `Warning: resource ${what} is missing the ${LAST_APPLIED} annotation which is required by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.`,
    );
  }
  const isSame = isDeepStrictEqual(merge(current), current);
  const patching = () => `applying patch:\n${patchText(current, merge(current))}\nto:\n${described(manifest)}\nfor:`;
  const after: AnyObject = isSame ? current : yield* fromFile(patching, file, session.change(current, merge));
  if (after.metadata.deletionTimestamp !== undefined)
    session.warn(`Warning: Detected changes to resource ${name} which is currently being deleted.`);
  return { object: after, done: isSame ? "unchanged" : "configured" };
}

/** An object as kubectl's messages describe it. Source: k8s.io/cli-runtime/pkg/resource/visitor.go Info.String */
function described({ apiVersion, kind, metadata: { name, namespace = "" } }: ApiObject): string {
  const version = apiVersion.includes("/") ? apiVersion : `/${apiVersion}`;
  const resource = `${version}, Resource=${kindInfo(kind)!.resource}`;
  return `Resource: ${JSON.stringify(resource)}, GroupVersionKind: ${JSON.stringify(`${version}, Kind=${kind}`)}\nName: ${JSON.stringify(name)}, Namespace: ${JSON.stringify(namespace)}`;
}

function mergedInto(stored: ApiObject, noted: ApiObject): ApiObject {
  return mergeThreeWays(lastApplied(stored), noted, stored) as ApiObject;
}

/** What is stored as an apply of the manifest would leave it, but for the note of what was applied. */
export function mergedManifest(manifest: ApiObject, stored: ApiObject): ApiObject {
  return mergedInto(stored, withAnnotations(manifest));
}

/** A manifest always has the map in which it is noted. */
function withAnnotations(manifest: ApiObject): ApiObject {
  return withMetadata(manifest, { annotations: { ...manifest.metadata.annotations } });
}

/** The manifest with itself in an annotation, as the next apply will want it. */
function withLastApplied(manifest: ApiObject): ApiObject {
  const plain = withAnnotations(manifest);
  return withMetadata(manifest, { annotations: { ...manifest.metadata.annotations, [LAST_APPLIED]: `${mapJson(plain)}\n` } });
}

export const apply: Verb = {
  name: "apply",
  flags: [
    ...FILE_FLAGS,
    ...OUTCOME_FLAGS,
    ...PRUNE_FLAGS,
    flag("server-side", "boolean", { refusal: NO_FIELD_MANAGERS }),
    flag("force-conflicts", "boolean", { refusal: NO_FIELD_MANAGERS }),
    flag("wait", "boolean"),
    flag("overwrite", "boolean"),
    flag("openapi-patch", "boolean"),
    flag("timeout", "duration"),
    flag("cascade", "text", { bare: "background" }),
    flag("grace-period", "integer"),
    flag("force", "boolean", { refusal: "use replace --force" }),
    flag("prune-allowlist", "texts", { refusal: "--prune deletes of the kinds that kubectl prunes without it" }),
    flag("subresource", "text", { refusal: "use patch --subresource" }),
  ],
  prepare(given, context) {
    const outcome = new Outcome(given);
    const pruning = pruningOf(given);
    const all = objectsOf(given, context);
    if (all.length === 0) throw new UsageError("no objects passed to apply");
    const objects = all.filter(({ object }) => pruning?.isMeant(object) ?? true);
    return function* (session) {
      const applied: ApiObject[] = [];
      function* applyAndTell(object: ObjectFromFile) {
        const result = yield* applyObject(session, object, outcome.isLocal);
        applied.push(result.object);
        if (!outcome.printsWhole) outcome.tell(session, result.object, result.done);
      }
      for (const object of objects) yield* attempt(session, applyAndTell(object));
      if (session.hasFailed) return;
      if (outcome.printsWhole) outcome.printWhole(session, applied.length === 1 ? encode(applied[0]) : listOf(applied));
      if (pruning !== undefined) yield* prune(session, pruning, applied, outcome);
    };
  },
};
