/**
 * The actions of SQS over the node's queues: decoded requests come in, results go out, or `AwsError`. An answer settles when it
 * may leave, which is when everything that the request did is durable.
 *
 * Bounds: requests that wait for the disk or for messages are as many as the server lets in. While the disk is full what must become
 * durable is refused before it is done, and what was done just before waits for seconds and not for ever.
 */
import type { Clock } from '../../base/clock.ts';
import type { Durability } from '../../base/durability.ts';
import type { Random } from '../../base/random.ts';
import type { AmqpCatalog } from '../../catalog/amqp/amqp-catalog.ts';
import type { MoveTasks } from '../../queue/move-tasks/move-tasks.ts';
import { Call } from './call.ts';
import { CoolDowns } from './cool-downs.ts';
import { checkWritable } from './disk-space.ts';
import { awsErrorOf } from './domain-errors.ts';
import { DurableAnswers } from './durable-answers.ts';
import type { Handler } from './handler.ts';
import { HANDLERS } from './handlers.ts';
import { AwsError } from './protocol/aws-error.ts';
import type { Action, InputOf, OutputOf, SqsRequest } from './protocol/operations.ts';
import { QueueNames } from './queue-names.ts';
import { QueueViews } from './queue-view.ts';
import { ReceiptHandles } from './receipt-handles.ts';
import type { DiskPressure, PollPort, SqsServices } from './services.ts';
import type { SqsServiceSettings } from './settings.ts';
import type { SqsCaller } from './sqs-caller.ts';

export interface SqsServiceDeps {
  readonly clock: Clock;
  readonly random: Random;
  /** Recovered, and with its secret: receipt handles are proven with it, and so outlive restarts. */
  readonly catalog: AmqpCatalog;
  readonly queues: PollPort;
  readonly moveTasks: MoveTasks;
  readonly durability: Durability;
  readonly pressure: DiskPressure;
  readonly settings: SqsServiceSettings;
}

export class SqsService {
  readonly #services: SqsServices;
  #isFrozen = false;

  constructor({ durability, ...deps }: SqsServiceDeps) {
    const { clock, catalog, settings } = deps;
    const views = new QueueViews(catalog, settings);
    this.#services = {
      ...deps,
      views,
      names: new QueueNames(catalog, (queue) => views.viewOf(queue)),
      receipts: new ReceiptHandles(catalog.secret),
      durable: new DurableAnswers(clock, durability),
      polls: new Set(),
      deletions: new CoolDowns(clock, settings.recreateDelayMs, settings.coolDownsMax),
      purges: new CoolDowns(clock, settings.purgeDelayMs, settings.coolDownsMax),
    };
  }

  /** Throws or rejects with `AwsError`; any other error is a failure of ours. */
  perform<A extends Action>(request: SqsRequest<A>, caller: SqsCaller): OutputOf<A> | Promise<OutputOf<A>> {
    if (this.#isFrozen) throw new AwsError('ServiceUnavailableException', 'The node is stopping.');
    const handler = HANDLERS[request.action] as unknown as Handler<A>;
    const { durable } = this.#services;
    // What it would do could not be told, and what it would show may be lost.
    if (handler.isHeld) checkWritable(this.#services);
    try {
      const answer = handler.perform(
        new Call(this.#services, caller, request.action),
        request.input as unknown as InputOf<A>,
      );
      if (!(answer instanceof Promise)) return handler.isHeld ? durable.hold(answer) : answer;
      return answer.then(
        (output) => (handler.isHeld ? durable.hold(output) : output),
        (error) => {
          throw awsErrorOf(error);
        },
      );
    } catch (error) {
      throw awsErrorOf(error);
    }
  }

  /** To be called every second: nobody waits for ever for space on the disk. */
  checkSpace(): void {
    if (this.#services.pressure.isFull) this.#services.durable.giveUp();
  }

  /** Before the node stops: receivers who wait are answered, and what comes now is refused. */
  freeze(): void {
    this.#isFrozen = true;
    for (const poll of this.#services.polls) poll.end();
  }

  /** After the node has stopped: those who wait for the disk are told that nothing is certain. */
  stop(): void {
    this.#services.durable.end();
  }
}
