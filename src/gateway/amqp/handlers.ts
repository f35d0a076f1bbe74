/** The methods that clients may send on a channel, but for those that open and close it and for basic.publish, which has content. */
import type { AnyHandler } from './handler.ts';
import { accessRequest } from './handlers/access-request.ts';
import { basicAck } from './handlers/basic-ack.ts';
import { basicCancel } from './handlers/basic-cancel.ts';
import { basicConsume } from './handlers/basic-consume.ts';
import { basicGet } from './handlers/basic-get.ts';
import { basicNack } from './handlers/basic-nack.ts';
import { basicQos } from './handlers/basic-qos.ts';
import { basicRecover, basicRecoverAsync } from './handlers/basic-recover.ts';
import { basicReject } from './handlers/basic-reject.ts';
import { channelFlow } from './handlers/channel-flow.ts';
import { confirmSelect } from './handlers/confirm-select.ts';
import { exchangeBind, exchangeUnbind } from './handlers/exchange-bind.ts';
import { exchangeDeclare } from './handlers/exchange-declare.ts';
import { exchangeDelete } from './handlers/exchange-delete.ts';
import { queueBind, queueUnbind } from './handlers/queue-bind.ts';
import { queueDeclare } from './handlers/queue-declare.ts';
import { queueDelete } from './handlers/queue-delete.ts';
import { queuePurge } from './handlers/queue-purge.ts';
import { txCommit } from './handlers/tx-commit.ts';
import { txRollback } from './handlers/tx-rollback.ts';
import { txSelect } from './handlers/tx-select.ts';
import type { MethodName } from './protocol/methods.ts';

const ALL = [
  accessRequest,
  basicAck,
  basicCancel,
  basicConsume,
  basicGet,
  basicNack,
  basicQos,
  basicRecover,
  basicRecoverAsync,
  basicReject,
  channelFlow,
  confirmSelect,
  exchangeBind,
  exchangeDeclare,
  exchangeDelete,
  exchangeUnbind,
  queueBind,
  queueDeclare,
  queueDelete,
  queuePurge,
  queueUnbind,
  txCommit,
  txRollback,
  txSelect,
];

/** A handler is only ever given requests of its own method. */
export const HANDLERS: ReadonlyMap<MethodName, AnyHandler> = new Map(
  ALL.map((handler) => [handler.method, handler as unknown as AnyHandler]),
);
