/** EndTxn. Version 5 is transactions v2 (KIP-890): the answer carries the producer's next epoch. */
import { type AnyHandler, handler } from '../handler.ts';
import { apis } from '../protocol/apis.ts';
import type { EndTxnRequest, EndTxnResponse } from '../protocol/end-txn.ts';
import { ErrorCode } from '../protocol/error-codes.ts';
import type { KafkaServices } from '../services.ts';
import { transactionCodeOf } from './transaction-errors.ts';

const FIRST_VERSION_WITH_FENCED = 2;
const FIRST_VERSION_OF_TRANSACTIONS_V2 = 5;

export function endTxnHandler({ transactions }: KafkaServices): AnyHandler {
  return handler(apis.endTxn, (request: EndTxnRequest, { apiVersion }): EndTxnResponse => {
    const { transactionalId, producerId, producerEpoch, committed } = request;
    if (transactionalId === '') return { errorCode: ErrorCode.INVALID_REQUEST };
    const isV2 = apiVersion >= FIRST_VERSION_OF_TRANSACTIONS_V2;
    try {
      return transactions.endTxn(transactionalId, producerId, producerEpoch, committed, isV2);
    } catch (error) {
      return { errorCode: transactionCodeOf(error, apiVersion >= FIRST_VERSION_WITH_FENCED) };
    }
  });
}
