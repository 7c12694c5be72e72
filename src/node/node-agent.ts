/** What a machine runs to take part in a cluster: the kubelet, or a stand-in for it. */
import type { Target } from "../control-plane/apiserver/client.js";

export interface NodeAgent {
  /** Whether its process runs. */
  readonly running: boolean;
  /** Starts the process: it registers its node, renews its lease, and looks after the pods that are bound to it. */
  start(): void;
  /** Ends the process without a word to anybody; containers run on. */
  stop(): void;
  /** The machine loses power: all containers are gone. Called after {@link stop}. */
  losePower(): void;
  /** Images came to the machine's disk or went. */
  imagesChanged(): void;
  /** Kills a container's main process (the first running one where none is named). False where there is none. */
  killProcess(pod: Target<"Pod">, container: string | undefined): boolean;
}
