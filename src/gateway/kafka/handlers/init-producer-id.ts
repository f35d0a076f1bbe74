/** InitProducerId: an id for an idempotent producer, or the next epoch of a transactional one. */
import { type AnyHandler, handler } from '../handler.ts';
import { apis } from '../protocol/apis.ts';
import type { InitProducerIdRequest, InitProducerIdResponse } from '../protocol/init-producer-id.ts';
import type { KafkaServices } from '../services.ts';
import { transactionCodeOf } from './transaction-errors.ts';

const FIRST_VERSION_WITH_FENCED = 4;

export function initProducerIdHandler({ transactions }: KafkaServices): AnyHandler {
  return handler(apis.initProducerId, (request: InitProducerIdRequest, { apiVersion }): InitProducerIdResponse => {
    try {
      return transactions.initProducerId({ ...request, enable2Pc: false, keepPreparedTxn: false });
    } catch (error) {
      const errorCode = transactionCodeOf(error, apiVersion >= FIRST_VERSION_WITH_FENCED);
      return { errorCode, producerId: -1, producerEpoch: -1 };
    }
  });
}
