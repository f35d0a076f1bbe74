/** The whole node under AMQP clients. */
import { testSeeds } from './seeds.ts';

testSeeds('amqp', 1, 60);
