/** The APIs that the tests speak, with their types. */
import {
  addOffsetsToTxnRequest,
  addOffsetsToTxnResponse,
} from '../../src/gateway/kafka/protocol/add-offsets-to-txn.ts';
import {
  addPartitionsToTxnRequest,
  addPartitionsToTxnResponse,
} from '../../src/gateway/kafka/protocol/add-partitions-to-txn.ts';
import { endTxnRequest, endTxnResponse } from '../../src/gateway/kafka/protocol/end-txn.ts';
import { fetchRequest, fetchResponse } from '../../src/gateway/kafka/protocol/fetch.ts';
import { initProducerIdRequest, initProducerIdResponse } from '../../src/gateway/kafka/protocol/init-producer-id.ts';
import { listOffsetsRequest, listOffsetsResponse } from '../../src/gateway/kafka/protocol/list-offsets.ts';
import { metadataRequest, metadataResponse } from '../../src/gateway/kafka/protocol/metadata.ts';
import { offsetFetchRequest, offsetFetchResponse } from '../../src/gateway/kafka/protocol/offset-fetch.ts';
import { produceRequest, produceResponse } from '../../src/gateway/kafka/protocol/produce.ts';
import { txnOffsetCommitRequest, txnOffsetCommitResponse } from '../../src/gateway/kafka/protocol/txn-offset-commit.ts';

export const metadata = { request: metadataRequest, response: metadataResponse };
export const produce = { request: produceRequest, response: produceResponse };
export const fetching = { request: fetchRequest, response: fetchResponse };
export const listOffsets = { request: listOffsetsRequest, response: listOffsetsResponse };
export const initProducerId = { request: initProducerIdRequest, response: initProducerIdResponse };
export const addPartitionsToTxn = { request: addPartitionsToTxnRequest, response: addPartitionsToTxnResponse };
export const addOffsetsToTxn = { request: addOffsetsToTxnRequest, response: addOffsetsToTxnResponse };
export const txnOffsetCommit = { request: txnOffsetCommitRequest, response: txnOffsetCommitResponse };
export const endTxn = { request: endTxnRequest, response: endTxnResponse };
export const offsetFetch = { request: offsetFetchRequest, response: offsetFetchResponse };
