/** SendMessage: one message. */
import type { Call } from '../call.ts';
import { checkSpace } from '../disk-space.ts';
import type { InputOf, OutputOf } from '../protocol/operations.ts';
import type { SqsQueue } from '../queue-view.ts';
import { checkSendMessage } from '../rules/send.ts';
import { sendTo } from '../sending.ts';

export function sendMessage(call: Call, queue: SqsQueue, input: InputOf<'SendMessage'>): OutputOf<'SendMessage'> {
  const checked = checkSendMessage(input, queue.settings);
  checkSpace(call.services);
  return sendTo(call, queue, input, checked);
}
