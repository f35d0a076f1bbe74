/** What is refused because of the disk, before it has any effect. All throw `AwsError`. */
import { AwsError } from './protocol/aws-error.ts';
import type { SqsServices } from './services.ts';

type Space = Pick<SqsServices, 'pressure'>;

/** Messages are taken while there is more room than the reserve. */
export function checkSpace({ pressure }: Space): void {
  if (!pressure.hasSpace) throw noSpace('for messages');
}

/** All else that must become durable is done while anything can be written. */
export function checkWritable({ pressure }: Space): void {
  if (pressure.isFull) throw noSpace('on the disk');
}

function noSpace(where: string): AwsError {
  return new AwsError('ServiceUnavailableException', `There is no space left ${where}; try again later.`);
}
