/** kubectl set subject. Source of what it takes and prints: kubectl/pkg/cmd/set/set_subject.go */
import { isDeepStrictEqual } from "node:util";
import type { ApiObject } from "../../api/types/meta.js";
import type { RbacSubject, RoleBinding } from "../../api/types/policy.js";
import { SUBJECT_FLAGS, subjectsOf } from "./create-access.js";
import { KubectlError } from "./kubectl-error.js";
import { Outcome, OUTCOME_FLAGS } from "./outcome.js";
import { forEachObject, parseSelection } from "./selection.js";
import { ALL_FLAG, LOCAL_FLAG, OBJECT_FILE_FLAGS, SELECTOR_FLAG } from "./selection-flags.js";
import { UsageError } from "./usage-error.js";
import type { Verb } from "./verb.js";

export const setSubject: Verb = {
  name: "set subject",
  flags: [...OBJECT_FILE_FLAGS, ALL_FLAG, SELECTOR_FLAG, LOCAL_FLAG, ...OUTCOME_FLAGS, ...SUBJECT_FLAGS],
  prepare(given, context) {
    const outcome = new Outcome(given);
    const added = subjectsOf(given);
    if (added.length === 0) throw new UsageError("you must specify at least one value of user, group or serviceaccount");
    const selection = parseSelection(given, context);
    return (session) =>
      forEachObject(session, selection, function* (object) {
        if (object.kind !== "RoleBinding" && object.kind !== "ClusterRoleBinding")
          throw new KubectlError("setting subjects is only supported for RoleBinding/ClusterRoleBinding");
        const edit = (stored: ApiObject): ApiObject => {
          const { subjects = [] } = stored as RoleBinding;
          const isThere = (one: RbacSubject) => subjects.some((other) => isDeepStrictEqual(other, one));
          const all: readonly RbacSubject[] = [...subjects, ...added.filter((one) => !isThere(one))];
          return Object.assign({ ...stored }, { subjects: all });
        };
        yield* outcome.change(session, object, edit, "subjects updated");
      });
  },
};
