/** What happened to a message before it became ready again. */
export interface History {
  readonly deliveries: number;
  /** Wall clock: when it was received first; 0 if nobody knows, or nobody did. */
  readonly firstReceivedAtMs: number;
}

export const NEW: History = { deliveries: 0, firstReceivedAtMs: 0 };
