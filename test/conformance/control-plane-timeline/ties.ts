/** Texts without what is a tie: which node a pod went to, and which of equal pods was chosen. */
export function withoutTies(message: string): string {
  return message
    .replace(/^(Successfully assigned \S+ to) \S+$/, "$1 NODE")
    .replace(/-p\d+\b/g, "-pN")
    .replace(/@[^"\\ ]+/g, "@POD")
    .replace(/^(Node )\S+( status is now: )/, "$1NODE$2")
    .replace(/^(Cancelling deletion of Pod|Marking for deletion Pod) \S+$/, "$1 POD")
    .replace(/ on node \S+/, " on node NODE");
}
