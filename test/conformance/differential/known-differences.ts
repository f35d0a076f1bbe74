/** Answers of Trilog that differ from Kafka's on purpose: `scenario / request` and the reason. */
export const KNOWN_DIFFERENCES: Readonly<Record<string, string>> = {};
