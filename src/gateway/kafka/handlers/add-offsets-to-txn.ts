/** AddOffsetsToTxn: the group whose offsets a transaction of version 1 is about to commit. */
import { type AnyHandler, handler } from '../handler.ts';
import type { AddOffsetsToTxnRequest, AddOffsetsToTxnResponse } from '../protocol/add-offsets-to-txn.ts';
import { apis } from '../protocol/apis.ts';
import type { KafkaServices } from '../services.ts';
import { transactionCodeOf } from './transaction-errors.ts';

const FIRST_VERSION_WITH_FENCED = 2;

export function addOffsetsToTxnHandler({ transactions }: KafkaServices): AnyHandler {
  return handler(apis.addOffsetsToTxn, (request: AddOffsetsToTxnRequest, { apiVersion }): AddOffsetsToTxnResponse => {
    const { transactionalId, producerId, producerEpoch, groupId } = request;
    try {
      transactions.addOffsets(transactionalId, producerId, producerEpoch, groupId);
      return {};
    } catch (error) {
      return { errorCode: transactionCodeOf(error, apiVersion >= FIRST_VERSION_WITH_FENCED) };
    }
  });
}
