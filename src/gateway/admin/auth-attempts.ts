/** How many requests came with good and with bad credentials, since the node started or the counts were reset. */
export class AuthAttempts {
  succeeded = 0;
  failed = 0;

  get total(): number {
    return this.succeeded + this.failed;
  }

  reset(): void {
    this.succeeded = 0;
    this.failed = 0;
  }
}
