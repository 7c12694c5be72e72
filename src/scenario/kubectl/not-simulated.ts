/** Verbs of kubectl that have nothing to act upon here, and what to do instead. */
const NOT_SIMULATED: ReadonlyMap<string, string> = new Map([
  ["logs", "containers of the simulator write no logs; describe and events tell what happened to them"],
  ["attach", "containers of the simulator have no output"],
  ["port-forward", "there is no network to forward to; traffic generators send requests"],
  ["proxy", "there is no network to reach the API server by; get, describe and the other verbs ask it"],
  ["cp", "containers of the simulator have no files"],
  ["debug", "containers of the simulator have no files and processes to look at; describe and events tell what happened to them"],
  ["edit", "no editor runs here; use patch, set, label, annotate or apply -f"],
  ["apply edit-last-applied", "no editor runs here; use apply -f"],
  ["config", "there is one cluster and one administrator; -n names a namespace, --as another user"],
  ["certificate", "certificates are not simulated"],
  ["plugin", "plugins of kubectl are not run"],
  ["completion", "it belongs to a shell"],
  ["options", "docs/scenario.md lists the flags"],
  ["kustomize", "kustomizations are not built; apply -f takes plain manifests"],
  ["cluster-info dump", "get -A -o yaml prints what there is"],
  ["auth reconcile", "use apply -f"],
  ["create token", "requests bear no tokens; --as=system:serviceaccount:NAMESPACE:NAME sends them as a ServiceAccount"],
  ["alpha", "nothing of it is simulated"],
]);

/** Why a verb does nothing here; undefined for verbs that do something, or that nobody knows. */
export function whyNotSimulated(words: readonly string[]): string | undefined {
  const [first = "", second = ""] = words;
  const name = NOT_SIMULATED.has(`${first} ${second}`) ? `${first} ${second}` : first;
  const why = NOT_SIMULATED.get(name);
  return why === undefined ? undefined : `kubectl ${name} is not simulated: ${why}`;
}
