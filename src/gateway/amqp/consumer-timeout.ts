/** Consumers that keep a delivery for too long lose their channel, and with it the delivery (off unless it is configured). */
import type { Channels } from './channels.ts';
import { AmqpError } from './errors.ts';
import { ReplyCode } from './protocol/reply-codes.ts';
import type { AmqpServices } from './services.ts';

export function checkConsumerTimeouts(channels: Channels, { clock, settings }: AmqpServices): void {
  const { consumerTimeoutMs } = settings;
  if (consumerTimeoutMs === 0) return;
  const before = clock.monotonicMs() - consumerTimeoutMs;
  for (const channel of channels.all()) {
    const oldest = channel.deliveries.unsettled.oldest;
    if (oldest === undefined || oldest.deliveredMs > before) continue;
    const text =
      `delivery acknowledgement on channel ${channel.number} timed out. ` +
      `Timeout value used: ${consumerTimeoutMs} ms. It is set with amqp-consumer-timeout-ms`;
    channels.close(channel, new AmqpError(ReplyCode.PRECONDITION_FAILED, text));
  }
}
