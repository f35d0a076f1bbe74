/** Answers of Trilog that differ from RabbitMQ 3.10's on purpose: `scenario / what was asked` and the reason. */
export const KNOWN_DIFFERENCES: Readonly<Record<string, string>> = {};
