/** What every operation on groups works with. */
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { Random } from '../../base/random.ts';
import type { Journal } from '../../storage/log.ts';
import type { GroupStore } from './group-store.ts';
import type { GroupRecord } from './records.ts';
import type { GroupSettings } from './settings.ts';

export interface GroupContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly journal: Journal<GroupRecord>;
  readonly settings: GroupSettings;
  readonly logger: Logger;
  readonly store: GroupStore;
}

/** Longer ids fit into no Kafka string of the versions before the flexible ones. */
export const ID_LENGTH_MAX = 32_767;

/** Group membership needs a name; committed offsets may also belong to the group without one. */
export function isMembershipGroupId(groupId: string): boolean {
  return groupId !== '' && groupId.length <= ID_LENGTH_MAX;
}
