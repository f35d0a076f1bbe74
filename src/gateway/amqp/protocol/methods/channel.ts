/** Class 20: channels (AMQP 0-9-1 §1.5). */
import { bit, reserved, short, shortstr } from '../argument.ts';
import { method } from '../method.ts';

export const CHANNEL = {
  'channel.open': method(20, 10, { outOfBand: reserved('shortstr') }),
  'channel.open-ok': method(20, 11, { channelId: reserved('longstr') }),
  'channel.flow': method(20, 20, { active: bit() }),
  'channel.flow-ok': method(20, 21, { active: bit() }),
  'channel.close': method(20, 40, { replyCode: short(), replyText: shortstr(''), classId: short(), methodId: short() }),
  'channel.close-ok': method(20, 41, {}),
} as const;
