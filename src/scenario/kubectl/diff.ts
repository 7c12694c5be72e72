/** kubectl diff: https://kubernetes.io/docs/reference/kubectl/generated/kubectl_diff/ */
import { encode } from "../../api/encode.js";
import { kindInfo } from "../../api/kinds.js";
import type { ApiObject } from "../../api/types/meta.js";
import { unifiedDiff } from "../../api/unified-diff.js";
import type { Result } from "../../control-plane/apiserver/client.js";
import { mergedManifest } from "./apply.js";
import { flag } from "./flags.js";
import { ExitCode, KubectlError, ServerError } from "./kubectl-error.js";
import { FILE_FLAGS, objectsOf } from "./manifests.js";
import { yamlLines } from "./object-text.js";
import { answer, type Script } from "./script.js";
import { type AnyObject, type KubectlSession, targetIn, targetOf } from "./session.js";
import type { Verb } from "./verb.js";

/** Differences end the command with 1, other failures with more. Source: kubectl/pkg/cmd/diff/diff.go */
const DIFFERENT = 1;
const FAILED = 2;

export const diff: Verb = {
  name: "diff",
  flags: [
    ...FILE_FLAGS,
    flag("server-side", "boolean", { refusal: "no field managers are kept; diff without it" }),
    flag("show-managed-fields", "boolean"),
  ],
  prepare(given, context) {
    const objects = objectsOf(given, context);
    return function* (session) {
      let isDifferent = false;
      for (const { object } of objects) {
        try {
          isDifferent = (yield* printDifference(session, object)) || isDifferent;
        } catch (error) {
          if (error instanceof KubectlError) throw new ExitCode(error.alone, FAILED);
          throw error;
        }
      }
      if (isDifferent) throw new ExitCode("", DIFFERENT);
    };
  },
};

/** What is stored, and what would be after an apply that the API server rehearses. Returns whether they differ. */
function* printDifference(session: KubectlSession, manifest: ApiObject): Script<boolean> {
  const info = kindInfo(manifest.kind)!;
  const { namespace = "", name } = manifest.metadata;
  const live = yield* session.find(targetIn(info, namespace, name));
  const rehearsal = session.client.as({ dryRun: true });
  const merged = yield* answer<Result<AnyObject>>((done) => {
    if (live === undefined) rehearsal.create(manifest as AnyObject, done);
    else rehearsal.patch(targetOf(live), (stored) => mergedManifest(manifest, stored) as AnyObject, done);
  });
  if (!merged.ok) throw new ServerError(merged.status);
  const text = (object: ApiObject | undefined) => (object === undefined ? "" : `${yamlLines(encode(object)).join("\n")}\n`);
  const hunks = unifiedDiff(text(live), text(merged.object));
  if (hunks === "") return false;
  // The real files lie in directories with random names.
  const file = [...manifest.apiVersion.split("/"), manifest.kind, namespace, name].join(".");
  session.print(`diff -u -N LIVE/${file} MERGED/${file}`);
  session.print(`--- LIVE/${file}`);
  session.print(`+++ MERGED/${file}`);
  for (const line of hunks.trimEnd().split("\n")) session.print(line);
  return true;
}
