/** Answers of Trilog that differ from Kafka's on purpose: `scenario / request` and the reason. */
export const KNOWN_DIFFERENCES: Readonly<Record<string, string>> = {
  'admin: metadata at every version / creates a topic (Metadata v4)':
    'A topic that Metadata creates is there at once; Kafka says that it is unknown, and the client has to ask again.',
};
