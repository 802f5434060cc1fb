/** Why a client gives up; what passes by itself is tried again and is no error. */

/** Root of what the client throws. */
export class ClientError extends Error {
  name = "ClientError";
}

/** No answer, or a connection that ended; trying again may help, not before `wait` milliseconds. */
export class LostError extends ClientError {
  name = "LostError";
  constructor(reason, wait = 0) {
    super(reason);
    this.wait = wait;
  }
}

/** A frame cannot be read. It is asked for again; thrown when that helps nothing. */
export class UnreadableError extends LostError {
  name = "UnreadableError";
}

/** The service said no, by name (`error`); the same request would be refused again. */
export class RefusedError extends ClientError {
  name = "RefusedError";
  constructor(error, detail, hint = "") {
    super(`${error}: ${detail}`);
    this.error = error;
    this.detail = detail;
    this.hint = hint;
  }
}

/** The cursor is below what the service still has (cursor_too_old), or of another stream (wrong_epoch). */
export class ExpiredError extends RefusedError {
  name = "ExpiredError";
}

/** A message is missing, provably. */
export class GapError extends ClientError {
  name = "GapError";
  constructor(gap) {
    super(`${gap.topic}: seq ${gap.seq} follows ${gap.prev}, which never came`);
    this.gap = gap;
  }
}
