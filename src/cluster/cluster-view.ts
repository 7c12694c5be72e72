/** What is stored, read at once and without a request: for expectations and printed tables, never for a component. */
import type { Kind, ObjectsByKind } from "../api/kinds.js";
import type { ApiServer } from "../control-plane/apiserver/api-server.js";
import type { Traffic } from "../traffic/traffic.js";

export class ClusterView {
  constructor(
    private readonly apiServer: Pick<ApiServer, "objects" | "answersByCode">,
    private readonly traffic: Traffic,
  ) {}

  get<K extends Kind>(kind: K, namespace: string | undefined, name: string): ObjectsByKind[K] | undefined {
    return this.apiServer.objects.get(kind, namespace, name);
  }

  /** All objects of the kind, or those of one namespace, in order of creation. */
  list<K extends Kind>(kind: K, namespace?: string): Iterable<ObjectsByKind[K]> {
    return this.apiServer.objects.list(kind, namespace);
  }

  /** Requests of a traffic generator since the start of the run; zeros for one that has not begun. */
  requests(generator: string): { sent: number; succeeded: number; timedOut: number; refused: number; failed: number } {
    const statistics = this.traffic.generator(generator)?.statistics;
    if (statistics === undefined) return { sent: 0, succeeded: 0, timedOut: 0, refused: 0, failed: 0 };
    const { sent, succeeded, timedOut, refused, failed } = statistics;
    return { sent, succeeded, timedOut, refused, failed };
  }

  /** How often the API server has answered a request or a watch with that HTTP status code. */
  answers(code: number): number {
    return this.apiServer.answersByCode.get(code) ?? 0;
  }
}
