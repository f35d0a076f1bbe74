/** The whole node under clients of SQS. */
import { testSeeds } from './seeds.ts';

testSeeds('sqs', 1, 60);
