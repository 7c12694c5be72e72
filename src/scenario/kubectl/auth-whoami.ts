/** kubectl auth whoami: https://kubernetes.io/docs/reference/kubectl/generated/kubectl_auth/kubectl_auth_whoami/ */
import { alignColumns } from "./table.js";
import type { Verb } from "./verb.js";

/** User and groups of kubeadm's admin.conf. Source: https://kubernetes.io/docs/setup/best-practices/certificates/ */
const ADMINISTRATOR = { user: "kubernetes-admin", groups: ["system:masters"] };
const AUTHENTICATED = "system:authenticated";

/** Groups of a service account that is impersonated without any. Source: k8s.io/apiserver/pkg/endpoints/filters/impersonation.go */
function groupsOf(user: string, given: readonly string[]): readonly string[] {
  const account = /^system:serviceaccount:([^:]+):[^:]+$/.exec(user);
  if (given.length > 0 || account === null) return given;
  return ["system:serviceaccounts", `system:serviceaccounts:${account[1]}`];
}

export const authWhoami: Verb = {
  name: "auth whoami",
  flags: [],
  prepare(given) {
    const user = given.text("as");
    const { user: name, groups } = user === undefined ? ADMINISTRATOR : { user, groups: groupsOf(user, given.texts("as-group")) };
    const rows = [
      ["ATTRIBUTE", "VALUE"],
      ["Username", name],
      ["Groups", `[${[...groups, AUTHENTICATED].join(" ")}]`],
    ];
    return function* (session) {
      yield* [];
      for (const line of alignColumns(rows)) session.print(line);
    };
  },
};
