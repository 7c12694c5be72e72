/** kubectl create -f, apply and replace: objects from files. */
import { isDeepStrictEqual } from "node:util";
import { kindInfo } from "../../api/kinds.js";
import type { ApiObject } from "../../api/types/meta.js";
import type { Manifest } from "../../api/manifest/load.js";
import { type Arguments, flag } from "./flags.js";
import { withMetadata } from "./pod-template.js";
import { attempt } from "./selection.js";
import { displayNameOf, type KubectlSession, ServerError, targetIn } from "./session.js";
import { mergeThreeWays } from "./strategic-merge.js";
import type { Script } from "./script.js";
import { UsageError } from "./usage-error.js";
import type { Verb, VerbContext } from "./verb.js";

/** Source: https://kubernetes.io/docs/reference/labels-annotations-taints/#kubectl-kubernetes-io-last-applied-configuration */
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

export const FILE_FLAGS = [
  flag("filename", "list", { short: "f" }),
  flag("recursive", "boolean", { short: "R" }),
  flag("validate", "text"),
  flag("save-config", "boolean"),
];

/** The objects of the files that -f names. @throws UsageError where there is none */
export function objectsOf(given: Arguments, context: VerbContext): readonly ApiObject[] {
  const files = given.list("filename");
  if (files.length === 0) throw new UsageError("must specify one of -f and -k; such as -f manifests/web.yaml");
  return files.flatMap((path) => context.readManifests(path)).map((manifest: Manifest) => inNamespace(manifest.object, context.namespace));
}

function inNamespace(object: ApiObject, namespace: string): ApiObject {
  if (kindInfo(object.kind)?.namespaced !== true || object.metadata.namespace !== undefined) return object;
  return withMetadata(object, { namespace });
}

/** Creates the objects one after the other. */
export function* createAll(session: KubectlSession, objects: readonly ApiObject[]): Script<void> {
  for (const object of objects) yield* attempt(session, createOne(session, object));
}

/** Creates an object, and prints so. @throws ServerError */
export function* createOne(session: KubectlSession, object: ApiObject): Script<void> {
  const created = yield* session.create(object);
  session.print(`${displayNameOf(created)} created`);
}

/** Creates the object, or merges what changed in its manifest into what is stored. @throws ServerError */
export function* applyOne(session: KubectlSession, manifest: ApiObject): Script<void> {
  const { name, namespace } = manifest.metadata;
  const info = kindInfo(manifest.kind)!;
  const noted = withMetadata(manifest, {
    annotations: { ...manifest.metadata.annotations, [LAST_APPLIED]: `${JSON.stringify(manifest)}\n` },
  });
  const current = yield* session.find(targetIn(info, namespace ?? "", name));
  if (current === undefined) {
    yield* createOne(session, noted);
    return;
  }
  const merge = (stored: ApiObject) => mergeThreeWays(lastApplied(stored), noted, stored) as ApiObject;
  const isSame = isDeepStrictEqual(merge(current), current);
  if (!isSame) yield* session.change(current, merge);
  session.print(`${displayNameOf(current)} ${isSame ? "unchanged" : "configured"}`);
}

function lastApplied(stored: ApiObject): unknown {
  const text = stored.metadata.annotations?.[LAST_APPLIED];
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const apply: Verb = {
  name: "apply",
  flags: [...FILE_FLAGS, flag("server-side", "boolean"), flag("force-conflicts", "boolean"), flag("wait", "boolean")],
  prepare(given, context) {
    const objects = objectsOf(given, context);
    return function* (session) {
      for (const object of objects) yield* attempt(session, applyOne(session, object));
    };
  },
};

export const replace: Verb = {
  name: "replace",
  flags: [
    ...FILE_FLAGS,
    flag("force", "boolean"),
    flag("grace-period", "integer"),
    flag("cascade", "text", { bare: "background" }),
    flag("timeout", "duration"),
    flag("wait", "boolean"),
  ],
  prepare(given, context) {
    const objects = objectsOf(given, context);
    const gracePeriod = given.integer("grace-period");
    return function* (session) {
      for (const object of objects) {
        yield* attempt(session, given.isSet("force") ? recreate(session, object, gracePeriod) : replaceOne(session, object));
      }
    };
  },
};

function* replaceOne(session: KubectlSession, object: ApiObject): Script<void> {
  yield* session.update(object);
  session.print(`${displayNameOf(object)} replaced`);
}

/** How often a forced replacement looks whether the old object has gone. */
const LOOK_INTERVAL = 1_000_000;

function* recreate(session: KubectlSession, object: ApiObject, gracePeriod: number | undefined): Script<void> {
  const target = targetIn(kindInfo(object.kind)!, object.metadata.namespace ?? "", object.metadata.name);
  try {
    const old = yield* session.delete(target, {
      propagationPolicy: "Background",
      ...(gracePeriod !== undefined && gracePeriod >= 0 && { gracePeriodSeconds: gracePeriod }),
    });
    session.print(
      `${displayNameOf(object).replace("/", ' "')}" deleted${object.metadata.namespace === undefined ? "" : ` from ${object.metadata.namespace} namespace`}`,
    );
    while ((yield* session.find(target))?.metadata.uid === old.metadata.uid) yield* session.sleep(LOOK_INTERVAL);
  } catch (error) {
    if (!(error instanceof ServerError) || error.status.reason !== "NotFound") throw error;
  }
  yield* session.create(object);
  session.print(`${displayNameOf(object)} replaced`);
}
