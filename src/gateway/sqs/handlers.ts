/** Every action and who performs it. */
import type { Handler } from './handler.ts';
import { onAccount, onQueue } from './handler.ts';
import { addPermission } from './handlers/add-permission.ts';
import { cancelMessageMoveTask } from './handlers/cancel-message-move-task.ts';
import { changeMessageVisibility } from './handlers/change-message-visibility.ts';
import { changeMessageVisibilityBatch } from './handlers/change-message-visibility-batch.ts';
import { createQueue } from './handlers/create-queue.ts';
import { deleteMessage } from './handlers/delete-message.ts';
import { deleteMessageBatch } from './handlers/delete-message-batch.ts';
import { deleteQueue } from './handlers/delete-queue.ts';
import { getQueueAttributes } from './handlers/get-queue-attributes.ts';
import { getQueueUrl } from './handlers/get-queue-url.ts';
import { listDeadLetterSourceQueues } from './handlers/list-dead-letter-source-queues.ts';
import { listMessageMoveTasks } from './handlers/list-message-move-tasks.ts';
import { listQueueTags } from './handlers/list-queue-tags.ts';
import { listQueues } from './handlers/list-queues.ts';
import { purgeQueue } from './handlers/purge-queue.ts';
import { receiveMessage } from './handlers/receive-message.ts';
import { removePermission } from './handlers/remove-permission.ts';
import { sendMessage } from './handlers/send-message.ts';
import { sendMessageBatch } from './handlers/send-message-batch.ts';
import { setQueueAttributes } from './handlers/set-queue-attributes.ts';
import { startMessageMoveTask } from './handlers/start-message-move-task.ts';
import { tagQueue } from './handlers/tag-queue.ts';
import { untagQueue } from './handlers/untag-queue.ts';
import type { Action } from './protocol/operations.ts';

export const HANDLERS: { readonly [A in Action]: Handler<A> } = {
  SendMessage: onQueue(sendMessage),
  SendMessageBatch: onQueue(sendMessageBatch),
  // The action itself waits for what must be durable: what was received may be forgotten, of queues that are not FIFO.
  ReceiveMessage: onQueue(receiveMessage, { isHeld: false }),
  DeleteMessage: onQueue(deleteMessage),
  DeleteMessageBatch: onQueue(deleteMessageBatch),
  ChangeMessageVisibility: onQueue(changeMessageVisibility),
  ChangeMessageVisibilityBatch: onQueue(changeMessageVisibilityBatch),
  CreateQueue: onAccount(createQueue),
  DeleteQueue: onQueue(deleteQueue),
  PurgeQueue: onQueue(purgeQueue),
  GetQueueUrl: onAccount(getQueueUrl),
  ListQueues: onAccount(listQueues),
  ListDeadLetterSourceQueues: onQueue(listDeadLetterSourceQueues),
  GetQueueAttributes: onQueue(getQueueAttributes),
  SetQueueAttributes: onQueue(setQueueAttributes),
  ListQueueTags: onQueue(listQueueTags),
  TagQueue: onQueue(tagQueue),
  UntagQueue: onQueue(untagQueue),
  AddPermission: onQueue(addPermission),
  RemovePermission: onQueue(removePermission),
  StartMessageMoveTask: onAccount(startMessageMoveTask),
  ListMessageMoveTasks: onAccount(listMessageMoveTasks),
  CancelMessageMoveTask: onAccount(cancelMessageMoveTask),
};
