/** The whole node under the second half of the seeds. */
import { testSeeds } from './seeds.ts';

testSeeds('kafka', 501, 1000);
