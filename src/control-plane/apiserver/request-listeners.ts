/** Who is told of requests: when they are handled, and with all their steps when they are answered. Nobody costs nothing. */
import type { ApiObject } from "../../api/types/meta.js";
import type { SimTime } from "../../engine/simulation.js";
import type { Result } from "./client.js";
import type { Caller, HandlingListener, RequestSteps, RequestWork, TracedRequest } from "./request.js";

export type Answer = Result<ApiObject | readonly ApiObject[]>;

/** What there is to tell of a request. */
export interface SentRequest {
  readonly sender: { readonly caller: Caller };
  readonly work: RequestWork;
  readonly issued: SimTime;
}

export class RequestListeners {
  private readonly ofAnswers: ((request: TracedRequest) => void)[] = [];
  private readonly ofHandling: HandlingListener[] = [];

  onAnswer(listener: (request: TracedRequest) => void): void {
    this.ofAnswers.push(listener);
  }

  onHandling(listener: HandlingListener): void {
    this.ofHandling.push(listener);
  }

  /** Whether somebody wants to know when a request took which step. */
  get wantSteps(): boolean {
    return this.ofAnswers.length > 0;
  }

  /** Tells that a request is about to be handled; what it returns is told whether it was accepted. */
  handling({ sender: { caller }, work }: SentRequest): ((accepted: boolean) => void) | undefined {
    if (this.ofHandling.length === 0) return undefined;
    const { verb, subresource, target, precondition } = work;
    const handled = this.ofHandling.map((listener) => listener({ caller, verb, subresource, target, precondition }));
    return (accepted) => {
      for (const listener of handled) listener?.(accepted);
    };
  }

  answered({ sender: { caller }, work, issued }: SentRequest, steps: RequestSteps, answer: Answer, code: number, now: SimTime): void {
    const { verb, subresource, target, done } = work;
    if (done !== undefined) steps.answered = now;
    const name = answer.ok && "metadata" in answer.object ? answer.object.metadata.name : target.name;
    const { kind, namespace } = target;
    for (const listener of this.ofAnswers) listener({ caller, verb, subresource, kind, namespace, name, issued, steps, code });
  }
}
